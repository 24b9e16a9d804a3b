// SPDX-License-Identifier: Apache-2.0
#include "session/node_output.hpp"

#include <fmt/format.h>

#include <new>

#include "contract/timestamp.hpp"
#include "session/core.hpp"
#include "session/recording.hpp"

namespace trace::detail::session {
namespace {

std::chrono::nanoseconds wall_ahead() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(wall) -
         std::chrono::duration_cast<std::chrono::nanoseconds>(
             time::Steady::now().time_since_epoch());
}

std::unique_ptr<journal::TailRing> make_ring(NodeState& node, std::string_view origin,
                                             std::uint64_t text_bytes) {
  const std::uint32_t run = node.run != nullptr ? node.run->number : 0;
  try {
    return node.core->make_tail(text_bytes, {.run = run, .node = node.id, .origin = origin});
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace

NodeOutput& NodeOutput::of(NodeState& node, std::string_view origin, const CaptureLimits& limits) {
  const std::lock_guard lock(node.output_mutex);
  if (node.output == nullptr) node.output = std::make_shared<NodeOutput>(node, origin, limits);
  return *node.output;
}

NodeOutput::NodeOutput(NodeState& node, std::string_view origin, const CaptureLimits& limits)
    : node_(node),
      origin_(origin),
      wall_(wall_ahead()),
      chain_(
          *this, limits,
          [this](std::uint64_t text_bytes) { return make_ring(node_, origin_, text_bytes); },
          wall_) {}

void NodeOutput::event(const capture::CapturedEvent& event) {
  if (event.is_late || event.progress || (event.continued && !event.fields.empty())) {
    record_whole(event);
  } else if (event.continued) {
    record_line(event, field("continued", true));
  } else if (!event.fields.empty()) {
    record_line(event, field("fields", Json{event.fields}));
  } else if (event.lines > 1) {
    record_line(event, field("lines", event.lines));
  } else {
    record_line(event);
  }
}

template <class... F>
void NodeOutput::record_line(const capture::CapturedEvent& event, Field<F>... fields) {
  const std::string_view stream = name(event.stream);
  Field<std::string_view> of_stream = field("stream", stream);
  Field<std::string> origin = field("origin", origin_);
  const auto all = std::tie(of_stream, origin, fields...);
  if (event.searched == node_.core->secrets().version()) {
    record_fields<Texts::redacted>(&node_, Type::progress, event.level, "{}", all, event.message);
  } else {
    record_fields<Texts::raw>(&node_, Type::progress, event.level, "{}", all, event.message);
  }
}

// For rare kinds of events.
void NodeOutput::record_whole(const capture::CapturedEvent& event) {
  const std::string data = capture::data_of(event, origin_);
  std::string timestamp;
  if (event.is_late)
    contract::append_timestamp(timestamp, (event.at.time_since_epoch() + wall_).count());
  EventBody body{.level = event.level, .message = event.message, .data = data};
  if (event.is_late) body.timestamp = timestamp;
  record(&node_, body);
}

void NodeOutput::omitting(const lines::LineVolume& so_far) {
  const std::string data =
      fmt::format(R"({{"omitting":{{"lines":{},"bytes":{}}}}})", so_far.lines, so_far.bytes);
  const std::string text = capture::text_of(so_far) + " so far";
  record(&node_, {.message = text, .data = data});
}

void NodeOutput::omitted(const capture::Omission& omission) {
  const std::string data = capture::data_of(omission);
  const std::string text = capture::text_of(omission.all);
  record(&node_, {.message = text, .data = data});
}

}  // namespace trace::detail::session
