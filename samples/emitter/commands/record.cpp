// SPDX-License-Identifier: Apache-2.0
// shiptrace record: records one event from options, or events from lines of JSON.
#include <fmt/format.h>
#include <trace/event.hpp>
#include <trace/summary.hpp>
#include <trace/trace.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "emitter/commands/commands.hpp"
#include "emitter/input/input_file.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::commands {
namespace {

// Far above the size of the largest event; bounds our memory.
constexpr std::size_t longest_line = 16 * 1024 * 1024;

EventBody body_of(const EventPayload& event) {
  EventBody body{.type = event.type, .level = event.level, .message = event.message};
  if (event.error) {
    body.error_message = event.error->message;
    body.error_code = event.error->code;
    body.error_stack = event.error->stack;
  }
  body.output_summary = event.output_summary;
  body.data = event.data;
  body.timestamp = event.timestamp;
  return body;
}

// The contract requires an id; here it is ignored, so a line may lack it.
Result<EventPayload> parse(std::string_view line) {
  auto event = parse_event(line);
  if (event) return event;
  const auto& wrong = event.error().fields();
  const std::size_t brace = line.find('{');
  if (brace == std::string_view::npos || wrong.size() != 1 || wrong.front().field != "id") {
    return event;
  }
  auto with_id = std::string(line);
  with_id.insert(brace + 1, "\"id\":\"-\",");
  auto second = parse_event(with_id);
  return second ? std::move(second) : std::move(event);
}

// Records contract events from NDJSON, one per line. The id of a line is ignored, because the SDK
// assigns ids; everything else is kept. Each line that is not recorded is reported with the reason.
class EventLines {
 public:
  // `spec`: of every run.
  EventLines(Session& session, const RunSpec& spec) : session_(session), spec_(spec) {}

  void feed(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::string_view piece = bytes.substr(0, end);
      if (line_.size() + piece.size() > longest_line) {
        oversized_ = true;
        line_.clear();
      }
      if (!oversized_) line_ += piece;
      if (end == std::string_view::npos) return;
      finish();
      bytes.remove_prefix(end + 1);
    }
  }

  // The last line may lack its newline.
  void finish() {
    ++number_;
    if (oversized_) {
      refuse("is longer than 16 MiB");
    } else {
      take_line(line_);
    }
    line_.clear();
    oversized_ = false;
  }

  std::uint64_t recorded() const noexcept { return recorded_; }
  std::uint64_t refused() const noexcept { return refused_; }

 private:
  void take_line(std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    const auto event = parse(line);
    if (!event) return refuse(event.error().text());
    const Outcome outcome = record(node_of(event->run_id, event->node_id), body_of(*event));
    if (outcome == Outcome::dropped) return refuse("was dropped, see the message above");
    if (outcome == Outcome::accepted) ++recorded_;
  }

  void refuse(const std::string& text) {
    ++refused_;
    output::fail(fmt::format("line {}: {}", number_, text));
  }

  Node& node_of(const std::string& run, const std::string& node) {
    const auto found = nodes_.find({run, node});
    if (found != nodes_.end()) return found->second;
    auto place = runs_.find(run);
    if (place == runs_.end()) place = runs_.emplace(run, session_.run(run, spec_)).first;
    return nodes_.emplace(std::pair(run, node), place->second.shared_node(node)).first->second;
  }

  Session& session_;
  const RunSpec& spec_;
  std::string line_;        // the incomplete last line
  bool oversized_ = false;  // it is too long; the rest of it is skipped
  std::uint64_t number_ = 0;
  std::uint64_t recorded_ = 0;
  std::uint64_t refused_ = 0;
  std::map<std::string, Run, std::less<>> runs_;
  std::map<std::pair<std::string, std::string>, Node> nodes_;
};

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
  body.data = options.data;
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

int record_lines(Session& session, const RunSpec& spec, bool quiet) {
  EventLines lines(session, spec);
  const auto read = input::read_pieces("-", [&](std::string_view piece) { lines.feed(piece); });
  lines.finish();
  if (!read) return output::fail(read.error().text());
  if (!quiet) fmt::print(stderr, "{} events recorded\n", output::thousands(lines.recorded()));
  if (lines.refused() == 0) return exit_code::ok;
  return output::fail(
      fmt::format("{} lines are not events and were skipped", output::thousands(lines.refused())));
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
  const int status = options.from_stdin
                         ? record_lines(*session, options.node.spec, options.shared.quiet)
                         : record_one(*session, options);
  const bool nothing_lost = close(*session, config);
  if (const auto events = session->stats().rejected; events > 0) return rejected(events);
  return status == exit_code::ok && !nothing_lost ? exit_code::failed : status;
}

}  // namespace trace::cli::commands
