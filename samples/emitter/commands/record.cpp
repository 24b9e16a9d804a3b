// SPDX-License-Identifier: Apache-2.0
// shiptrace record: records one event from options, or events from lines of JSON.
#include <fmt/format.h>
#include <trace/event.hpp>
#include <trace/summary.hpp>
#include <trace/trace.hpp>

#include <cstdio>
#include <string>
#include <string_view>

#include "emitter/commands/child_environment.hpp"
#include "emitter/commands/commands.hpp"
#include "emitter/commands/event_lines.hpp"
#include "emitter/input/input_file.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/text.hpp"
#include "emitter/stop_signals.hpp"

namespace trace::cli::commands {
namespace {

// Rules of the contract that CLI11 does not check.
std::string problem_of(const RecordOptions& options) {
  if (options.data) {
    if (const auto data = parse_data(*options.data); !data) {
      return fmt::format("--{}; pass a JSON object such as '{{\"host\":\"a\"}}'",
                         data.error().text());
    }
  }
  if (options.error_code && !options.error_message) {
    return "--error-code: needs --error-message";
  }
  return {};
}

int record_one(Session& session, const RecordOptions& options) {
  EventBody body;
  body.type = *type_from_name(options.type);
  body.level = options.level.empty() ? default_level(body.type) : *level_from_name(options.level);
  body.message = options.message;
  body.error_message = options.error_message;
  body.error_code = options.error_code;
  const std::optional<std::string> data =
      body.type == Type::started ? with_traceparent(options.data) : options.data;
  body.data = data;
  std::string summary;
  if (!options.output.empty()) {
    Summariser summariser;
    const auto read = input::read_pieces(options.output,
                                         [&](std::string_view piece) { summariser.update(piece); });
    if (!read) return output::fail(read.error().text(), exit_code::usage);
    summary = summariser.finish();
    body.output_summary = summary;
  }
  auto run = session.run(options.node.run, options.node.spec);
  // Another process may have started it, or may end it.
  const Node node = run.shared_node(options.node.node);
  const Outcome outcome = trace::record(node, body);
  if (outcome == Outcome::accepted) return exit_code::ok;
  if (outcome == Outcome::filtered) {
    return output::fail("not recorded: its level is below SHIPTRACE_LEVEL", exit_code::ok);
  }
  return output::fail(
      "not recorded: a run id has 1 to 128 bytes and a node id 1 to 256, both without "
      "control characters",
      exit_code::usage);
}

// {"line":7,"outcome":"accepted"} on stdout. A reader that is gone does not end the recording.
void acknowledge(const EventLines::Line& line) {
  if (line.error.empty()) {
    fmt::print("{{\"line\":{},\"outcome\":\"{}\"}}\n", line.number, line.outcome);
  } else {
    fmt::print("{{\"line\":{},\"outcome\":\"{}\",\"error\":{}}}\n", line.number, line.outcome,
               output::json_string(line.error));
  }
  std::fflush(stdout);
}

int record_lines(Session& session, const RecordOptions& options) {
  const StopSignals stop;
  EventLines lines(session, options.node, [&](const EventLines::Line& line) {
    if (!line.error.empty()) output::fail(fmt::format("line {}: {}", line.number, line.error));
    if (options.ack) acknowledge(line);
  });
  const auto read = input::read_pieces(
      "-", [&](std::string_view piece) { lines.feed(piece); }, stop.any());
  // What was read of a line when a signal came is not a line.
  if (!stop.requested()) lines.finish();
  if (!read) return output::fail(read.error().text());
  if (!options.shared.quiet) {
    fmt::print(stderr, "{} events recorded\n", output::thousands(lines.recorded()));
  }
  if (lines.refused() > 0) {
    output::fail(fmt::format("{} lines are not events and were skipped",
                             output::thousands(lines.refused())));
  }
  if (stop.requested()) return stop.exit_status();
  return lines.refused() > 0 ? exit_code::failed : exit_code::ok;
}

}  // namespace

int record(const RecordOptions& options) {
  if (const std::string problem = problem_of(options); !problem.empty()) {
    return output::fail(problem, exit_code::usage);
  }
  Config config = config_of(options.shared);
  config.when_full = WhenFull::block;  // stdin can wait
  auto session = Session::start(config);
  if (!session) return output::fail(session.error().text(), exit_code::usage);
  const int status =
      options.from_stdin ? record_lines(*session, options) : record_one(*session, options);
  const bool nothing_lost = close(*session, config);
  if (const auto events = session->stats().rejected; events > 0) return rejected(events);
  return status == exit_code::ok && !nothing_lost ? exit_code::failed : status;
}

}  // namespace trace::cli::commands
