// shiptrace: trace a process or a container, record single events, and look at what the backend
// holds. Each command is a file of its own; this one only puts them together.
#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "commands.hpp"
#include "printable.hpp"
#include "stop_signals.hpp"

namespace trace::cli {

int fail(std::string_view text, int code) {
  fmt::print(stderr, "shiptrace: {}\n", printable(text));
  return code;
}

namespace {

// What the shell gets for a command line that we do not understand: run and docker use a code that
// their child would hardly use.
int usage_code(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  return command == "run" || command == "docker" ? exit_code::not_started : exit_code::usage;
}

int run_command(int argc, char** argv) {
  survive_broken_pipes();
  CLI::App app("Traces processes and containers as runs of a workflow, and reads them back.",
               "shiptrace");
  app.set_version_flag("--version", SHIPTRACE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Every command has its own --help with its exit codes. The environment that they share is\n"
      "described in docs/configuration.md; options win over it.");
  int status = exit_code::ok;
  add_run(app, status);
  add_docker(app, status);
  add_record(app, status);
  add_emit(app, status);
  add_verify(app, status);
  add_tail(app, status);
  add_status(app, status);
  add_summarize(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_code::ok : usage_code(argc, argv);
  }
  return std::fflush(stdout) == 0 ? status : status == exit_code::ok ? exit_code::failed : status;
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
