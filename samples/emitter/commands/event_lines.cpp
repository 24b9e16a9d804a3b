// SPDX-License-Identifier: Apache-2.0
#include "emitter/commands/event_lines.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace trace::cli::commands {
namespace {

// Far above the size of the largest event; bounds our memory.
constexpr std::size_t longest_line = 16 * 1024 * 1024;

// The timestamp of a line that lacks one, until it is parsed.
constexpr std::string_view no_timestamp;

EventBody body_of(const EventPayload& event) {
  EventBody body{.type = event.type, .level = event.level, .message = event.message};
  if (event.error) {
    body.error_message = event.error->message;
    body.error_code = event.error->code;
    body.error_stack = event.error->stack;
  }
  body.output_summary = event.output_summary;
  body.data = event.data;
  if (event.timestamp != no_timestamp) body.timestamp = event.timestamp;
  return body;
}

// Members that the contract requires and a line may lack, with a value that lets the rest be
// parsed.
struct Optional {
  std::string_view name;
  std::string_view json;
};
constexpr std::array optional_members{
    Optional{"id", "\"id\":\"-\","}, Optional{"runId", "\"runId\":\"-\","},
    Optional{"nodeId", "\"nodeId\":\"-\","}, Optional{"level", "\"level\":\"info\","},
    Optional{"timestamp", "\"timestamp\":\"2000-01-01T00:00Z\","}};

}  // namespace

EventLines::EventLines(Session& session, const NodeOptions& defaults, OnLine on_line)
    : session_(session), defaults_(defaults), on_line_(std::move(on_line)) {}

void EventLines::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (line_.size() + piece.size() > longest_line) {
      oversized_ = true;
      line_.clear();
    }
    if (!oversized_) line_ += piece;
    if (end == std::string_view::npos) return;
    end_line();
    bytes.remove_prefix(end + 1);
  }
}

void EventLines::finish() {
  if (!line_.empty() || oversized_) end_line();
}

void EventLines::end_line() {
  ++number_;
  if (oversized_) {
    refuse("refused", "is longer than 16 MiB");
  } else {
    take(line_);
  }
  line_.clear();
  oversized_ = false;
}

// A line without some of the members that have a default is parsed again with them put before the
// others: if a key occurs twice, the last one counts.
Result<EventPayload> EventLines::parse(std::string_view line) const {
  auto event = parse_event(line);
  const std::size_t brace = line.find('{');
  if (event || brace == std::string_view::npos) return event;
  std::vector<std::string_view> lacking;
  std::string added;
  for (const FieldError& wrong : event.error().fields()) {
    const auto* const member =
        std::find_if(optional_members.begin(), optional_members.end(),
                     [&](const Optional& each) { return each.name == wrong.field; });
    if (member == optional_members.end()) continue;
    if (member->name == "runId" && defaults_.run.empty()) continue;
    if (member->name == "nodeId" && defaults_.node.empty()) continue;
    lacking.push_back(member->name);
    added += member->json;
  }
  if (lacking.empty()) return event;
  const std::size_t next = line.find_first_not_of(" \t\r", brace + 1);
  if (next != std::string_view::npos && line[next] == '}') added.pop_back();  // its comma
  auto whole = parse_event(std::string(line).insert(brace + 1, added));
  if (!whole) return whole;
  for (const std::string_view name : lacking) {
    if (name == "runId") whole->run_id = defaults_.run;
    if (name == "nodeId") whole->node_id = defaults_.node;
    if (name == "level") whole->level = default_level(whole->type);
    if (name == "timestamp") whole->timestamp = no_timestamp;
  }
  return whole;
}

void EventLines::take(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  const auto event = parse(line);
  if (!event) return refuse("refused", event.error().text());
  switch (record(node_of(event->run_id, event->node_id), body_of(*event))) {
    case Outcome::accepted:
      ++recorded_;
      return on_line_({number_, "accepted", {}});
    case Outcome::filtered:
      return on_line_({number_, "filtered", {}});
    case Outcome::dropped:
      return refuse("dropped", "was dropped, see the message above");
  }
}

void EventLines::refuse(std::string_view outcome, std::string error) {
  ++refused_;
  on_line_({number_, outcome, std::move(error)});
}

// Other processes may have started these nodes, or may end them.
Node& EventLines::node_of(const std::string& run, const std::string& node) {
  const auto found = nodes_.find({run, node});
  if (found != nodes_.end()) return found->second;
  auto place = runs_.find(run);
  if (place == runs_.end()) place = runs_.emplace(run, session_.run(run, defaults_.spec)).first;
  return nodes_.emplace(std::pair(run, node), place->second.shared_node(node)).first->second;
}

}  // namespace trace::cli::commands
