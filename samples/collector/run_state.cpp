#include "run_state.hpp"

#include <boost/json.hpp>

namespace trace::collector {
namespace {

using Phase = NodeState::Phase;

constexpr std::string_view cancellation_message = "Run cancelled by user";
constexpr std::string_view worker_lost_code = "WORKER_LOST";
constexpr std::size_t deepest_data = 256;  // more than events may have

// Events are thousands, those whose data decide about the status a few: only these are parsed.
boost::json::object parsed_data(const EventPayload& event) {
  if (!event.data) return {};
  boost::json::parse_options options;
  options.max_depth = deepest_data;
  boost::json::error_code fault;
  boost::json::value value = boost::json::parse(*event.data, fault, {}, options);
  return value.is_object() ? std::move(value.as_object()) : boost::json::object{};
}

bool is_retryable(const EventPayload& event) {
  const boost::json::object data = parsed_data(event);
  const boost::json::value* retryable = data.if_contains("retryable");
  return retryable != nullptr && retryable->is_bool() && retryable->as_bool();
}

// Contract time stamps in their order. They may have any precision: without the Z the shorter of
// two that begin alike is the earlier.
bool is_before(std::string_view a, std::string_view b) {
  const auto without_z = [](std::string_view text) { return text.substr(0, text.find('Z')); };
  return without_z(a) < without_z(b);
}

// True for events of an attempt that another worker's later start of the node has overtaken. They
// come when the journal of a killed worker is found after the node was started elsewhere.
bool is_overtaken(const NodeState& node, const Observation& event) {
  if (node.started_at.empty() || event.session == node.started_by) return false;
  return event.worker_lost || is_before(event.timestamp, node.started_at);
}

}  // namespace

Observation observe(const EventPayload& event, std::string_view session) {
  Observation seen{.type = event.type, .timestamp = event.timestamp, .session = session};
  if (event.type == Type::failed) {
    seen.retryable = is_retryable(event);
    seen.worker_lost = event.error && event.error->code == worker_lost_code;
  }
  if (event.message == cancellation_message) {
    seen.cancels = !parsed_data(event).contains("stream");
  }
  return seen;
}

NodeFailure failure_of(const EventPayload& event) {
  NodeFailure failure;
  if (event.error) {
    failure.reason = event.error->message;
    failure.code = event.error->code.value_or("");
  }
  if (failure.reason.empty()) failure.reason = event.message.value_or("");
  if (failure.reason.empty()) failure.reason = "node " + event.node_id + " failed";
  return failure;
}

RunStatus RunState::status() const noexcept {
  if (events == 0) return RunStatus::queued;
  if (cancelled) return RunStatus::cancelled;
  if (failed_nodes > 0 && (!reopened || open_nodes == 0)) return RunStatus::failed;
  const std::uint64_t needed = total_actions > 0 ? total_actions : started_nodes();
  if (completed_nodes > 0 && completed_nodes >= needed) return RunStatus::completed;
  return RunStatus::running;
}

bool RunState::apply(NodeState& node, const Observation& event) {
  const RunStatus before = status();
  if (events++ == 0) started_at = event.timestamp;
  bool failed_for_good = false;
  if (event.cancels) cancelled = true;
  if (event.type != Type::progress && !is_overtaken(node, event)) {
    switch (event.type) {
      case Type::started:
        move(node, Phase::started);
        node.started_at = event.timestamp;
        node.started_by = event.session;
        cancelled = false;
        reopened = true;
        break;
      case Type::completed:
        move(node, Phase::completed);
        break;
      case Type::failed:
        failed_for_good = !event.retryable;
        move(node, event.retryable ? Phase::retrying : Phase::failed);
        if (failed_for_good) reopened = false;
        break;
      case Type::progress:
        break;
    }
  }
  note_end(before, event.timestamp);
  return failed_for_good;
}

void RunState::set_total_actions(std::uint32_t total, std::string_view now) {
  const RunStatus before = status();
  total_actions = total;
  note_end(before, now);
}

void RunState::move(NodeState& node, Phase to) noexcept {
  if (std::uint64_t* from = counter_of(node.phase)) --*from;
  if (std::uint64_t* into = counter_of(to)) ++*into;
  node.phase = to;
}

std::uint64_t* RunState::counter_of(Phase phase) noexcept {
  switch (phase) {
    case Phase::started:
    case Phase::retrying:
      return &open_nodes;
    case Phase::completed:
      return &completed_nodes;
    case Phase::failed:
      return &failed_nodes;
    case Phase::seen:
      break;
  }
  return nullptr;
}

void RunState::note_end(RunStatus before, std::string_view when) {
  const RunStatus after = status();
  if (!is_terminal(after)) {
    completed_at.clear();
  } else if (after != before) {
    completed_at = when;
  }
}

}  // namespace trace::collector
