// SPDX-License-Identifier: Apache-2.0
// shiptrace record: records one event from options, or events from lines of JSON.
#include <fmt/format.h>
#include <simdjson.h>
#include <trace/summary.hpp>
#include <trace/trace.hpp>

#include <optional>
#include <string>

#include "emitter/commands/commands.hpp"
#include "emitter/commands/delivery.hpp"
#include "emitter/input/event_lines.hpp"
#include "emitter/input/input_file.hpp"
#include "emitter/output/failure.hpp"
#include "emitter/output/thousands.hpp"

namespace trace::cli::commands {
namespace {

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

// Rules of the contract that CLI11 does not check.
std::string problem_of(const RecordOptions& options) {
  if (options.data) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(*options.data).get(object) != simdjson::SUCCESS) {
      return "--data: must be a JSON object such as '{\"host\":\"a\"}'";
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
  body.message = view(options.message);
  body.error_message = view(options.error_message);
  body.error_code = view(options.error_code);
  body.data = view(options.data);
  std::string summary;
  if (!options.output.empty()) {
    Summariser summariser;
    const auto read = input::read_pieces(options.output,
                                         [&](std::string_view piece) { summariser.update(piece); });
    if (!read) return output::fail(read.error().text(), exit_code::usage);
    summary = summariser.finish();
    body.output_summary = summary;
  }
  auto run = session.run(options.node.run);
  Node node = run.node(options.node.node);
  const Outcome outcome = trace::record(node, body);
  node.detach();  // another process may continue this node
  switch (outcome) {
    case Outcome::accepted:
      return exit_code::ok;
    case Outcome::filtered:
      return output::fail("not recorded: its level is below SHIPTRACE_LEVEL", exit_code::ok);
    case Outcome::dropped:
      break;
  }
  return output::fail(
      "not recorded: a run id has 1 to 128 bytes and a node id 1 to 256, both without "
      "control characters",
      exit_code::usage);
}

int record_lines(Session& session, bool quiet) {
  input::EventLines lines(session, [](std::uint64_t number, const std::string& text) {
    output::fail(fmt::format("line {}: {}", number, text));
  });
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
  const int status = options.from_stdin ? record_lines(*session, options.shared.quiet)
                                        : record_one(*session, options);
  const bool nothing_lost = close(*session, config);
  const std::uint64_t rejected = session->stats().rejected;
  if (rejected > 0) {
    return output::fail(
        fmt::format("the backend rejected {} events; rejected.ndjson in the journal directory "
                    "says why",
                    output::thousands(rejected)));
  }
  return status == exit_code::ok && !nothing_lost ? exit_code::failed : status;
}

}  // namespace trace::cli::commands
