// SPDX-License-Identifier: Apache-2.0
// The options of the commands that record events, other than those with a child, and of those that
// work on files and journals.
#include <memory>

#include "emitter/command_line/definitions.hpp"
#include "emitter/commands/commands.hpp"
#include "emitter/input/integer.hpp"

namespace trace::cli::command_line {
namespace {

// --stdin excludes the options that describe one event; --ack belongs to it.
void check_combination(const CLI::App& command, bool from_stdin) {
  for (const char* name : {"--run", "--node", "--type"}) {
    if (!from_stdin && command.count(name) == 0) {
      throw CLI::RequiredError(std::string(name) + " (or --stdin)");
    }
  }
  for (const char* name : {"--type", "--level", "--message", "--data", "--output",
                           "--error-message", "--error-code"}) {
    if (from_stdin && command.count(name) > 0) throw CLI::ExcludesError("--stdin", name);
  }
  if (!from_stdin && command.count("--ack") > 0) throw CLI::RequiresError("--ack", "--stdin");
}

void add_record(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::RecordOptions>();
  CLI::App& command = *app.add_subcommand("record", "Records one event, or those on stdin.");
  command.add_flag("--stdin", options->from_stdin,
                   "one contract event as JSON per line, recorded as soon as the line is there.\n"
                   "runId, nodeId, level and timestamp may be missing: --run, --node, the level\n"
                   "of the type, and now. An id is ignored");
  command.add_flag(
      "--ack", options->ack,
      "with --stdin: one line on stdout per line, when it is safe in the journal:\n"
      "{\"line\":1,\"outcome\":\"accepted\"}; or dropped, filtered, refused with an error");
  add_run_option(command, options->node.run)->required(false);
  add_node_option(command, options->node.node)->required(false);
  add_spec(command, options->node.spec);
  add_option(command, "--type", options->type, "", "type of the event")
      ->check(CLI::IsMember({"STARTED", "PROGRESS", "COMPLETED", "FAILED"}));
  add_option(command, "--level", options->level, "", "level; default: error for FAILED, else info")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  command.add_option("--message", options->message, "text for people");
  add_option(command, "--data", options->data, "JSON", "a JSON object");
  add_option(command, "--output", options->output, "FILE",
             "file whose summary is sent; - is stdin");
  command.add_option("--error-message", options->error_message, "description of the error");
  command.add_option("--error-code", options->error_code, "stable code of the error");
  add_shared(command, options->shared);
  command.footer(
      "Exit codes: 0 recorded (events that could not be sent are kept, as a message says); 1 a\n"
      "line of --stdin is not an event, the others are recorded; or events were lost or rejected\n"
      "by the backend; 2 wrong options or configuration; 130 after Ctrl-C and 143 after SIGTERM\n"
      "before the end of --stdin, what was read is recorded.");
  command.final_callback([&command, options, &status] {
    check_combination(command, options->from_stdin);
    status = commands::record(*options);
  });
}

void add_finish(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::FinishOptions>();
  CLI::App& command =
      *app.add_subcommand("finish", "Says that a run is finished: no more nodes of it will start.");
  add_run_option(command, options->run);
  add_spec(command, options->spec);
  add_shared(command, options->shared);
  command.footer(
      "Exit codes: 0 the backend knows it, or it is kept to be sent later, as a message says;\n"
      "1 it is lost; 2 wrong options or configuration.");
  command.final_callback([options, &status] { status = commands::finish(*options); });
}

void add_emit(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::EmitOptions>();
  CLI::App& command = *app.add_subcommand(
      "emit", "Generates load: records PROGRESS events of a node and waits until all are sent.");
  add_node(command, options->node);
  add_option(command, "--events", options->events, "N", "number of events, over all threads")
      ->required()
      ->check([](const std::string& text) {
        return input::integer_from_text(text) ? std::string()
                                              : '"' + text + "\" is not a number of events";
      });
  add_option(command, "--threads", options->threads, "T", "number of recording threads")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  add_option(command, "--rate", options->rate, "PER_SECOND", "events per second, over all threads")
      ->check(CLI::PositiveNumber);
  add_option(command, "--label", options->label, "L",
             "value of data.label; default: the session's id");
  add_option(command, "--returned", options->returned, "FILE",
             "file of one 64-bit count per thread, raised after each accepted event");
  add_shared(command, options->shared);
  command.footer(
      R"(Waits for space in the journal instead of dropping events, and until all events are
acknowledged; gives up after 60 s without an acknowledgement.
Exit codes: 0 all events are recorded (events that are not sent yet are kept, as a message
says); 1 fewer were recorded, some were lost, or the backend rejected some; 2 wrong options
or configuration; 130 Ctrl-C.)");
  command.final_callback([options, &status] { status = commands::emit(*options); });
}

void add_summarize(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::SummarizeOptions>();
  CLI::App& command = *app.add_subcommand(
      "summarize", "Shows the summary of an output that a COMPLETED event would have.");
  command.add_option("FILE", options->file, "file with the output; - is stdin")
      ->capture_default_str();
  add_option(command, "--max-bytes", options->max_bytes, "N",
             "limit on the size of the summary's JSON")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{512}, std::size_t{1} << 30));
  command.add_flag("--json", options->json, "on one line, as it is sent");
  add_shared(command, options->shared);
  command.footer("Exit codes: 0 the summary is shown; 1 the file cannot be read; 2 wrong options.");
  command.final_callback([options, &status] { status = commands::summarize(*options); });
}

void add_recover(CLI::App& app, int& status) {
  const auto options = std::make_shared<commands::RecoverOptions>();
  CLI::App& command = *app.add_subcommand(
      "recover", "Delivers the journals of dead and closed workers in the journal directory.");
  add_shared(command, options->shared);
  add_option(command, "--from", options->from, "ENDPOINT",
             "the endpoint that the journals name, if the backend has moved from there");
  CLI::Option* const to_file =
      add_option(command, "--export", options->export_file, "FILE",
                 "append the envelopes to this file instead of sending them");
  command
      .add_flag("--discard", options->discard,
                "remove the journals and lose their events, after they were counted")
      ->excludes(to_file);
  command.footer(
      "Skips journals of live sessions, of other destinations and of other format versions.\n"
      "Exit codes: 0 nothing is left; 1 something is left, damaged or lost, stderr says what and\n"
      "why; 2 wrong options or configuration.");
  command.final_callback([options, &status] { status = commands::recover_all(*options); });
}

void add_inspect(CLI::App& app, int& status) {
  const auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App& command = *app.add_subcommand("inspect", "Shows the contents of journals.");
  add_option(command, "journal", *paths, "JOURNAL", "journal files")->required();
  command.footer("Exit codes: 0 all are shown; 1 one cannot be read; 2 wrong options.");
  command.final_callback([paths, &status] { status = commands::inspect(*paths); });
}

}  // namespace

void add_commands(CLI::App& app, int& status) {
  add_record(app, status);
  add_finish(app, status);
  add_emit(app, status);
  add_summarize(app, status);
  add_recover(app, status);
  add_inspect(app, status);
}

}  // namespace trace::cli::command_line
