// SPDX-License-Identifier: Apache-2.0
// shiptrace: traces processes and containers, records single events, and shows what the backend
// holds. main() parses the command line and runs its command.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <limits>
#include <string_view>

#include "emitter/command_line/definitions.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/stop_signals.hpp"

namespace trace::cli::command_line {
namespace {

// True for `run` and `docker`, whose exit status is otherwise that of their child.
bool has_child(int argc, char** argv) noexcept {
  const std::string_view command = argc > 1 ? argv[1] : "";
  return command == "run" || command == "docker";
}

int usage_code(int argc, char** argv) {
  return has_child(argc, argv) ? exit_code::not_started : exit_code::usage;
}

// CLI11 interprets -- itself; with run and docker it begins the child's command line.
AfterDashes cut_at_dashes(int& argc, char** argv) {
  const int begin = has_child(argc, argv) ? 2 : argc;
  for (int i = begin; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--") continue;
    std::vector<std::string> after(argv + i + 1, argv + argc);
    argc = i;
    return after;
  }
  return std::nullopt;
}

// Returns the exit status. CLI11's errors are reported; exceptions of the command are not caught.
int run(int argc, char** argv) {
  const AfterDashes after = cut_at_dashes(argc, argv);
  int status = exit_code::ok;
  CLI::App app("Traces processes and containers as runs of a workflow, and shows their traces.",
               "shiptrace");
  app.set_version_flag("--version", SHIPTRACE_VERSION);
  app.require_subcommand(0, 1);
  app.footer(
      "Every command has its own --help with its exit codes. All commands read the environment\n"
      "variables of docs/configuration.md; options override them.");
  add_children(app, after, status);
  add_reading(app, status);
  add_commands(app, status);
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

void add_shared(CLI::App& command, commands::SharedOptions& options) {
  command.option_defaults()->group("Options of every command");
  add_option(command, "--endpoint", options.endpoint, "URL",
             "URL of the backend; with --transport file: path of the file");
  add_option(command, "--journal-dir", options.journal_dir, "DIR",
             "directory of events that are not sent yet");
  add_option(command, "--token-file", options.token_file, "FILE", "file with the bearer token");
  command.add_option("--transport", options.transport, "http or file");
  command.add_flag("-q,--quiet", options.quiet, "only errors on stderr");
  command.option_defaults()->group("Options");
}

void add_node(CLI::App& command, commands::NodeOptions& options) {
  add_run_option(command, options.run);
  add_node_option(command, options.node);
  add_spec(command, options.spec);
}

CLI::Option* add_run_option(CLI::App& command, std::string& run, bool is_argument) {
  return add_option(command, is_argument ? "--run,RUN" : "--run", run, "R",
                    "id of the workflow run")
      ->envname("SHIPTRACE_RUN")
      ->required();
}

CLI::Option* add_node_option(CLI::App& command, std::string& node) {
  return add_option(command, "--node", node, "N", "reference of the action in the run")
      ->envname("SHIPTRACE_NODE")
      ->required();
}

void add_spec(CLI::App& command, RunSpec& spec) {
  add_option(command, "--workflow", spec.workflow_id, "W", "workflow that the run belongs to");
  add_option(command, "--org", spec.organization_id, "O", "organization that the run belongs to");
  add_option(command, "--total-actions", spec.total_actions, "N", "number of nodes of the run")
      ->check(CLI::Range(std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace trace::cli::command_line

int main(int argc, char** argv) {
  using namespace trace::cli;
  survive_broken_pipes();
  try {
    return command_line::run(argc, argv);
  } catch (const std::exception& error) {
    return output::fail(error.what(), command_line::has_child(argc, argv) ? exit_code::not_started
                                                                          : exit_code::failed);
  }
}
