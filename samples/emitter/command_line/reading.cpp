// SPDX-License-Identifier: Apache-2.0
// The options of the commands that show something: verify, tail, status, inspect.
#include <memory>

#include "emitter/command_line/definitions.hpp"
#include "emitter/commands/commands.hpp"

namespace trace::cli::command_line {

void add_verify(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::VerifyOptions>();
  CLI::App* command = app.add_subcommand(
      "verify", "Checks that the store has every accepted event of a run, once and in order.");
  add_run_option(*command, options->run);
  command
      ->add_option("--label", options->label,
                   "label of 'emit'; default: every label, or with --returned the only one")
      ->type_name("L");
  command->add_option("--returned", options->returned, "the file that 'emit --returned' wrote")
      ->type_name("FILE");
  add_shared(*command, options->shared);
  command->footer(
      "The run's sequences must be 1 to n without a gap. The events of 'emit' must be there once\n"
      "and in order per thread, with --returned exactly as many as the file counts (one more if\n"
      "the emitter was killed before it could count). No emitter's numbers may have a gap: each "
      "is\n"
      "an event that was lost, or that is still in a journal. A backend without\n"
      "GET /workflows/runs/{id}/gaps does not fail this check; a message says so.\n"
      "Exit codes: 0 all of that holds; 1 it does not, and stderr says which events, or the "
      "backend\n"
      "cannot be read; 2 wrong options or configuration.");
  command->final_callback([options, &status] { status = commands::verify(*options); });
}

void add_tail(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::TailOptions>();
  CLI::App* command = app.add_subcommand("tail", "Shows the events of a run.");
  add_run_option(*command, options->run);
  command->add_flag("--follow", options->follow, "continue until the run has ended, or Ctrl-C");
  command->add_option("--cursor", options->cursor, "begin after this cursor")->type_name("C");
  command->add_flag("--json", options->json, "one event as JSON per line");
  add_shared(*command, options->shared);
  command->footer(
      "Exit codes: 0 all events are shown; 1 the run is unknown or the backend cannot be read;\n"
      "2 wrong options or configuration; 130 Ctrl-C before the run had ended (--follow).");
  command->final_callback([options, &status] { status = commands::tail(*options); });
}

void add_status(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::StatusOptions>();
  CLI::App* command = app.add_subcommand("status", "Shows the status of a run.");
  add_run_option(*command, options->run);
  command->add_flag("--json", options->json, "as JSON on one line");
  add_shared(*command, options->shared);
  command->footer(
      "Exit codes: 0 the status is shown, whatever it is; 1 the run is unknown or the backend\n"
      "cannot be read; 2 wrong options or configuration.");
  command->final_callback([options, &status] { status = commands::show_status(*options); });
}

void add_inspect(CLI::App& app, int& status) {
  const auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("inspect", "Shows the contents of journals.");
  command->add_option("journal", *paths, "journal files")->required()->type_name("JOURNAL");
  command->footer("Exit codes: 0 all are shown; 1 one cannot be read; 2 wrong options.");
  command->final_callback([paths, &status] { status = commands::inspect(*paths); });
}

}  // namespace trace::cli::command_line
