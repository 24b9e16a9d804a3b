// shiptrace: trace a process or a container, record single events, and look at what the backend
// holds. Each command is a file of its own; this one only puts them together.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <trace/detail/standard_error.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "printable.hpp"
#include "stop_signals.hpp"

namespace trace::cli {

int fail(std::string_view text, int code) {
  detail::write_to_stderr(fmt::format("shiptrace: {}\n", printable(text)));
  return code;
}

namespace {

// What the shell gets for a command line that we do not understand: run and docker use a code that
// their child would hardly use.
int usage_code(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  return command == "run" || command == "docker" ? exit_code::not_started : exit_code::usage;
}

// The parser takes a -- for its own; with run and docker it begins the child's command line.
BehindDashes cut_at_dashes(int& argc, char** argv) {
  const int begin = usage_code(argc, argv) == exit_code::not_started ? 2 : argc;
  for (int i = begin; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--") continue;
    std::vector<std::string> behind(argv + i + 1, argv + argc);
    argc = i;
    return behind;
  }
  return std::nullopt;
}

int run_command(int argc, char** argv) {
  survive_broken_pipes();
  const BehindDashes behind = cut_at_dashes(argc, argv);
  int status = exit_code::ok;
  CLI::App app("Traces processes and containers as runs of a workflow, and reads them back.",
               "shiptrace");
  app.set_version_flag("--version", SHIPTRACE_VERSION);
  app.require_subcommand(0, 1);
  app.footer(
      "Every command has its own --help with its exit codes. The environment that they share is\n"
      "described in docs/configuration.md; options win over it.");
  add_run(app, behind, status);
  add_docker(app, behind, status);
  add_record(app, status);
  add_emit(app, status);
  add_verify(app, status);
  add_tail(app, status);
  add_status(app, status);
  add_summarize(app, status);
  add_recover(app, status);
  add_inspect(app, status);
  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) throw CLI::RequiredError("A command");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_code::ok : usage_code(argc, argv);
  }
  if (std::fflush(stdout) == 0) return status;
  return status == exit_code::ok ? exit_code::failed : status;
}

}  // namespace
}  // namespace trace::cli

int main(int argc, char** argv) try {
  return trace::cli::run_command(argc, argv);
} catch (const std::exception& error) {
  return trace::cli::fail(error.what(),
                          trace::cli::usage_code(argc, argv) == trace::cli::exit_code::usage
                              ? trace::cli::exit_code::failed
                              : trace::cli::exit_code::not_started);
}
