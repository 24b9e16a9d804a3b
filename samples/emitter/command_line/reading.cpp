// SPDX-License-Identifier: Apache-2.0
// The options of the commands that read from a backend: runs, nodes, status, tail, verify; and of
// cancel.
#include <trace/status.hpp>

#include <cctype>
#include <map>
#include <memory>

#include "emitter/command_line/definitions.hpp"
#include "emitter/commands/commands.hpp"
#include "emitter/input/integer.hpp"

namespace trace::cli::command_line {
namespace {

using commands::Format;

// -o json|table and --json; with `raw` also -o raw and --raw.
void add_format(CLI::App& command, Format& format, bool raw = false) {
  std::map<std::string, Format> formats{{"table", Format::table}, {"json", Format::json}};
  if (raw) formats.emplace("raw", Format::raw);
  command
      .add_option_function<std::string>(
          "-o,--output", [&format, formats](const std::string& name) { format = formats.at(name); },
          raw ? "table: for people; json: one object per line; raw: messages only"
              : "table: for people; json: one object per line")
      ->type_name("")
      ->check(CLI::IsMember(formats));
  command.add_flag_callback(
      "--json", [&format] { format = Format::json; }, "the same as --output json");
  if (!raw) return;
  command.add_flag_callback(
      "--raw", [&format] { format = Format::raw; }, "the same as --output raw");
}

void add_exit_status(CLI::App& command, bool& exit_status) {
  command.add_flag("--exit-status", exit_status, "exit with the verdict of the run, see below");
}

void add_utc(CLI::App& command, bool& utc) {
  command.add_flag("--utc", utc, "times in UTC instead of local time");
}

std::string status_name(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (run_status_from_name(text)) return text;
  throw CLI::ValidationError("--status", '"' + text +
                                             "\" is not a status; use QUEUED, RUNNING, COMPLETED, "
                                             "FAILED, CANCELLED, TERMINATED or TIMED_OUT");
}

void add_runs(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::RunsOptions>();
  CLI::App& command = *app.add_subcommand("runs", "Lists the runs, the newest first.");
  add_option(command, "-n,--limit", options->limit, "N", "show at most N runs")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
  command
      .add_option_function<std::vector<std::string>>(
          "--status",
          [options](const std::vector<std::string>& names) {
            for (const std::string& name : names) options->statuses.push_back(status_name(name));
          },
          "only runs with this status, such as RUNNING; may be repeated")
      ->type_name("S")
      ->allow_extra_args(false);
  add_format(command, options->format);
  add_shared(command, options->shared);
  command.footer(
      "NODES are those that completed, of all that the workflow has, or as long as that is "
      "unknown\n"
      "of all that the backend has seen.\n"
      "Exit codes: 0 the runs are shown; 1 the backend cannot be read; 2 wrong options or\n"
      "configuration.");
  command.final_callback([options, &status] { status = commands::runs(*options); });
}

void add_nodes(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::NodesOptions>();
  CLI::App& command = *app.add_subcommand("nodes", "Lists the nodes of a run.");
  add_run_option(command, options->run, true);
  add_format(command, options->format);
  add_shared(command, options->shared);
  command.footer(
      "Exit codes: 0 the nodes are shown; 1 the run is unknown or the backend cannot be read;\n"
      "2 wrong options or configuration.");
  command.final_callback([options, &status] { status = commands::nodes(*options); });
}

void add_status(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::StatusOptions>();
  CLI::App& command = *app.add_subcommand("status", "Shows the status of a run and its nodes.");
  add_run_option(command, options->run, true);
  add_utc(command, options->utc);
  add_exit_status(command, options->exit_status);
  add_format(command, options->format);
  add_shared(command, options->shared);
  command.footer(
      "Exit codes: 0 the status is shown, whatever it is; 1 the run is unknown or the backend\n"
      "cannot be read; 2 wrong options or configuration. With --exit-status: 0 COMPLETED;\n"
      "1 FAILED, TERMINATED or TIMED_OUT; 3 QUEUED or RUNNING; 130 CANCELLED.");
  command.final_callback([options, &status] { status = commands::show_status(*options); });
}

void add_tail_filters(CLI::App& command, commands::TailOptions& options) {
  add_option(command, "-n,--lines", options.lines, "N", "only the last N events that are stored")
      ->check([](const std::string& text) {
        return input::integer_from_text(text) ? std::string()
                                              : '"' + text + "\" is not a number of events";
      });
  add_option(command, "--since", options.since, "TIME",
             "only events since: 5m (ago), \"2026-11-30 04:20\" or 2026-11-30T04:20:00Z");
  add_option(command, "--node", options.nodes, "N", "only events of this node; may be repeated")
      ->allow_extra_args(false);
  add_option(command, "--stream", options.stream, "", "only output of this stream")
      ->check(CLI::IsMember({"stdout", "stderr", "pty"}));
  add_option(command, "--level", options.level, "", "only events of at least this level")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  add_option(command, "-g,--grep", options.grep, "PATTERN",
             "only events whose message or error matches this extended regular expression");
}

void add_tail(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::TailOptions>();
  CLI::App& command = *app.add_subcommand("tail", "Shows the events of a run.");
  add_run_option(command, options->run, true);
  command.add_flag("-f,--follow", options->follow,
                   "wait for the run if it does not exist yet, and continue until it has ended");
  add_tail_filters(command, *options);
  add_option(command, "--cursor", options->cursor, "C", "begin after this cursor");
  add_utc(command, options->utc);
  add_exit_status(command, options->exit_status);
  add_format(command, options->format, true);
  add_shared(command, options->shared);
  command.footer(
      "On a terminal, lines are folded to its width (COLUMNS overrides it) and coloured, unless\n"
      "NO_COLOR is set or TERM is dumb. Control characters in messages are always escaped.\n"
      "Exit codes: 0 all events are shown; 1 the run is unknown (without --follow) or the backend\n"
      "cannot be read; 2 wrong options or configuration; before the run had ended 130\n"
      "after Ctrl-C and 143 after SIGTERM.\n"
      "With --exit-status: 0 COMPLETED; 1 FAILED, TERMINATED or TIMED_OUT; 130 CANCELLED;\n"
      "3 QUEUED or RUNNING (without --follow).");
  command.final_callback([options, &status] { status = commands::tail(*options); });
}

void add_cancel(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::CancelOptions>();
  CLI::App& command =
      *app.add_subcommand("cancel", "Cancels a run: its workers are asked to stop.");
  add_run_option(command, options->run, true);
  add_format(command, options->format);
  add_shared(command, options->shared);
  command.footer(
      "Exit codes: 0 the run is cancelled; 1 the run is unknown or over, or the backend cannot be\n"
      "reached; 2 wrong options or configuration.");
  command.final_callback([options, &status] { status = commands::cancel(*options); });
}

void add_verify(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::VerifyOptions>();
  CLI::App& command = *app.add_subcommand(
      "verify", "Checks that the store has every accepted event of a run, once and in order.");
  add_run_option(command, options->run);
  add_option(command, "--label", options->label, "L",
             "label of 'emit'; default: every label, or with --returned the only one");
  add_option(command, "--returned", options->returned, "FILE",
             "the file that 'emit --returned' wrote");
  add_shared(command, options->shared);
  command.footer(
      R"(The run's sequences must be 1 to n without a gap. The events of 'emit' must be there once
and in order per thread, with --returned exactly as many as the file counts (one more if
the emitter was killed before it could count). No emitter's numbers may have a gap: each is
an event that was lost, or that is still in a journal. A backend without
GET /workflows/runs/{id}/gaps does not fail this check; a message says so.
Exit codes: 0 all of that holds; 1 it does not, and stderr says which events, or the backend
cannot be read; 2 wrong options or configuration.)");
  command.final_callback([options, &status] { status = commands::verify(*options); });
}

}  // namespace

void add_reading(CLI::App& app, int& status) {
  add_runs(app, status);
  add_nodes(app, status);
  add_status(app, status);
  add_tail(app, status);
  add_cancel(app, status);
  add_verify(app, status);
}

}  // namespace trace::cli::command_line
