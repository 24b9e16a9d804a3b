// shiptrace record: single events, from options or as lines of the contract's JSON.
#include <fmt/format.h>
#include <simdjson.h>
#include <CLI/CLI.hpp>
#include <trace/summary.hpp>
#include <trace/trace.hpp>

#include <memory>
#include <optional>
#include <string>

#include "commands.hpp"
#include "delivery.hpp"
#include "event_lines.hpp"
#include "input_file.hpp"
#include "options.hpp"
#include "quantity.hpp"

namespace trace::cli {
namespace {

struct RecordOptions {
  SharedOptions shared;
  NodeOptions node;
  bool from_stdin = false;
  std::string type;
  std::string level;
  std::optional<std::string> message;
  std::optional<std::string> data;
  std::string output;
  std::optional<std::string> error_message;
  std::optional<std::string> error_code;
};

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

// What the contract demands and the parser does not know.
std::string problem_of(const RecordOptions& options) {
  if (options.data) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(*options.data).get(object) != simdjson::SUCCESS) {
      return "--data: must be a JSON object such as '{\"host\":\"a\"}'";
    }
  }
  if (options.error_code && !options.error_message) {
    return "--error-code: needs --error-message, an error has at least that";
  }
  return {};
}

int record_one(Session& session, const RecordOptions& options) {
  EventBody body;
  body.type = *type_from_name(options.type);
  body.level = options.level.empty() ? default_level(body.type) : *level_from_name(options.level);
  body.message = view(options.message);
  body.error_message = view(options.error_message);
  body.error_code = view(options.error_code);
  body.data = view(options.data);
  std::string summary;
  if (!options.output.empty()) {
    Summariser summariser;
    const auto read =
        read_pieces(options.output, [&](std::string_view piece) { summariser.update(piece); });
    if (!read) return fail(read.error().text(), exit_code::usage);
    summary = summariser.finish();
    body.output_summary = summary;
  }
  auto run = session.run(options.node.run);
  Node node = run.node(options.node.node);
  const Outcome outcome = record(node, body);
  node.release();  // another process may go on with this node
  switch (outcome) {
    case Outcome::accepted:
      return exit_code::ok;
    case Outcome::filtered:
      return fail("not recorded: its level is below SHIPTRACE_LEVEL", exit_code::ok);
    case Outcome::dropped:
      break;
  }
  return fail(
      "not recorded: a run id has 1 to 128 bytes and a node id 1 to 256, both without "
      "control characters",
      exit_code::usage);
}

int record_lines(Session& session, bool quiet) {
  EventLines lines(session, [](std::uint64_t number, const std::string& text) {
    fail(fmt::format("line {}: {}", number, text));
  });
  const auto read = read_pieces("-", [&](std::string_view piece) { lines.feed(piece); });
  lines.finish();
  if (!read) return fail(read.error().text());
  if (!quiet) fmt::print(stderr, "{} events recorded\n", thousands(lines.recorded()));
  if (lines.refused() == 0) return exit_code::ok;
  return fail(fmt::format("{} lines are no events and were left out", thousands(lines.refused())));
}

int record_events(const RecordOptions& options) {
  if (const std::string problem = problem_of(options); !problem.empty()) {
    return fail(problem, exit_code::usage);
  }
  Config config = config_of(options.shared);
  config.when_full = WhenFull::block;  // a pipe can wait
  auto session = Session::start(config);
  if (!session) return fail(session.error().text(), exit_code::usage);
  const int status = options.from_stdin ? record_lines(*session, options.shared.quiet)
                                        : record_one(*session, options);
  const bool nothing_lost = close(*session, config);
  const std::uint64_t rejected = session->stats().rejected;
  if (rejected > 0) {
    return fail(
        fmt::format("the backend rejected {} events; rejected.ndjson in the journal directory "
                    "says why",
                    thousands(rejected)));
  }
  return status == exit_code::ok && !nothing_lost ? exit_code::failed : status;
}

// --stdin stands alone: its lines have what the other options say.
void check_combination(const CLI::App& command, bool from_stdin) {
  for (const char* name : {"--run", "--node", "--type"}) {
    if (!from_stdin && command.count(name) == 0) {
      throw CLI::RequiredError(std::string(name) + " (or --stdin)");
    }
  }
  for (const char* name : {"--run", "--node", "--type", "--level", "--message", "--data",
                           "--output", "--error-message", "--error-code"}) {
    if (from_stdin && command.count(name) > 0) throw CLI::ExcludesError("--stdin", name);
  }
}

}  // namespace

void add_record(CLI::App& app, int& status) {
  const auto options = std::make_shared<RecordOptions>();
  CLI::App* command = app.add_subcommand("record", "Records one event, or those that stdin has.");
  command->add_flag("--stdin", options->from_stdin,
                    "instead of the options below: one contract event as JSON per line, with its "
                    "own runId and nodeId; its id is ignored");
  command->add_option("--run", options->node.run, "the workflow run's id")->type_name("R");
  command->add_option("--node", options->node.node, "the action's reference in it")->type_name("N");
  command->add_option("--type", options->type, "of the event")
      ->type_name("")
      ->check(CLI::IsMember({"STARTED", "PROGRESS", "COMPLETED", "FAILED"}));
  command->add_option("--level", options->level, "without it error for FAILED, info for the rest")
      ->type_name("")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  command->add_option("--message", options->message, "text for people");
  command->add_option("--data", options->data, "a JSON object")->type_name("JSON");
  command->add_option("--output", options->output, "file whose summary is sent; - is stdin")
      ->type_name("FILE");
  command->add_option("--error-message", options->error_message, "what went wrong");
  command->add_option("--error-code", options->error_code, "a stable word for it");
  add_shared(*command, options->shared);
  command->footer(
      "Exit codes: 0 recorded (what could not be sent is kept, as a message says); 1 a line of\n"
      "--stdin is no event, the others are recorded, or events were lost or rejected by the\n"
      "backend; 2 wrong options or configuration.");
  command->final_callback([command, options, &status] {
    check_combination(*command, options->from_stdin);
    status = record_events(*options);
  });
}

}  // namespace trace::cli
