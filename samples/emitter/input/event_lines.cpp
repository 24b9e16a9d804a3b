// SPDX-License-Identifier: Apache-2.0
#include "emitter/input/event_lines.hpp"

#include <fmt/format.h>
#include <trace/event.hpp>

#include <algorithm>

namespace trace::cli::input {
namespace {

// Far above the size of the largest event; bounds our memory.
constexpr std::size_t longest_line = 16 * 1024 * 1024;

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

EventBody body_of(const EventPayload& event) {
  EventBody body;
  body.type = event.type;
  body.level = event.level;
  body.message = view(event.message);
  if (event.error) {
    body.error_message = event.error->message;
    body.error_code = view(event.error->code);
    body.error_stack = view(event.error->stack);
  }
  body.output_summary = view(event.output_summary);
  body.data = view(event.data);
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

}  // namespace

// Other processes may continue these nodes, so they are not ended as abandoned.
EventLines::~EventLines() {
  for (auto& [name, node] : nodes_) node.detach();
}

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
    finish();
    bytes.remove_prefix(end + 1);
  }
}

void EventLines::finish() {
  ++number_;
  if (oversized_) {
    refuse("is longer than 16 MiB");
  } else {
    take_line(line_);
  }
  line_.clear();
  oversized_ = false;
}

void EventLines::take_line(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  const auto event = parse(line);
  if (!event) return refuse(event.error().text());
  const Outcome outcome = record(node_of(event->run_id, event->node_id), body_of(*event));
  if (outcome == Outcome::dropped) return refuse("was dropped, see the message above");
  if (outcome == Outcome::accepted) ++recorded_;
}

void EventLines::refuse(const std::string& text) {
  ++refused_;
  on_problem_(number_, text);
}

Node& EventLines::node_of(const std::string& run, const std::string& node) {
  const auto found = nodes_.find({run, node});
  if (found != nodes_.end()) return found->second;
  auto place = runs_.find(run);
  if (place == runs_.end()) place = runs_.emplace(run, session_.run(run)).first;
  return nodes_.emplace(std::pair(run, node), place->second.node(node)).first->second;
}

}  // namespace trace::cli::input
