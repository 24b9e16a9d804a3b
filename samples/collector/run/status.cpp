// SPDX-License-Identifier: Apache-2.0
#include "collector/run/status.hpp"

#include <fmt/chrono.h>

#include <boost/json.hpp>
#include <cassert>
#include <chrono>

namespace trace::collector::run {
namespace {

using store::NodePhase;
using store::NodeRow;
using store::RunRow;

constexpr std::string_view cancellation_message = "Run cancelled by user";
constexpr std::string_view worker_lost_code = "WORKER_LOST";
constexpr std::size_t max_data_depth = 256;  // more than the contract allows

// Called for the few events whose data affects the status.
boost::json::object parsed_data(const EventPayload& event) {
  if (!event.data) return {};
  boost::json::parse_options options;
  options.max_depth = max_data_depth;
  boost::json::error_code fault;
  boost::json::value value = boost::json::parse(*event.data, fault, {}, options);
  return value.is_object() ? std::move(value.as_object()) : boost::json::object{};
}

bool is_retryable(const EventPayload& event) {
  const boost::json::object data = parsed_data(event);
  const boost::json::value* retryable = data.if_contains("retryable");
  return retryable != nullptr && retryable->is_bool() && retryable->as_bool();
}

// Orders contract timestamps of any precision: without the Z, the shorter of two with a common
// prefix is the earlier.
bool is_before(std::string_view a, std::string_view b) {
  const auto without_z = [](std::string_view text) { return text.substr(0, text.find('Z')); };
  return without_z(a) < without_z(b);
}

// True for events of an attempt that a later start of the node by another worker has superseded.
// They arrive when the journal of a killed worker is recovered after the node was started
// elsewhere.
bool is_superseded(const NodeRow& node, const EventFacts& event) {
  if (node.started_at.empty() || event.session == node.started_by) return false;
  return event.worker_lost || is_before(event.timestamp, node.started_at);
}

std::uint64_t* counter_of(RunRow& run, NodePhase phase) noexcept {
  if (phase == NodePhase::started || phase == NodePhase::retrying) return &run.open_nodes;
  if (phase == NodePhase::completed) return &run.completed_nodes;
  return phase == NodePhase::failed ? &run.failed_nodes : nullptr;
}

void set_phase(RunRow& run, NodeRow& node, NodePhase phase) noexcept {
  if (std::uint64_t* from = counter_of(run, node.phase)) {
    assert(*from > 0);
    --*from;
  }
  if (std::uint64_t* to = counter_of(run, phase)) ++*to;
  node.phase = phase;
}

void update_completed_at(RunRow& run, RunStatus before, std::string_view when) {
  const RunStatus after = derive_status(run);
  if (!is_terminal(after)) {
    run.completed_at.clear();
  } else if (after != before) {
    run.completed_at = when;
  }
}

}  // namespace

RunStatus derive_status(const store::RunRow& run) noexcept {
  const store::ExternalFacts& external = run.external;
  if (external.engine_status) return *external.engine_status;
  if (external.cancel_requested) return RunStatus::cancelled;
  if (run.events == 0) return RunStatus::queued;
  if (run.cancelled) return RunStatus::cancelled;
  if (run.failed_nodes > 0 && (!run.reopened || run.open_nodes == 0)) return RunStatus::failed;
  const std::uint64_t needed = run.total_actions > 0 ? run.total_actions : run.started_nodes();
  if (run.completed_nodes > 0 && run.completed_nodes >= needed) return RunStatus::completed;
  if (external.worker_lost && run.open_nodes > 0) return RunStatus::failed;
  return RunStatus::running;
}

EventFacts facts_of(const EventPayload& event, std::string_view session) {
  EventFacts facts{.type = event.type, .timestamp = event.timestamp, .session = session};
  if (event.type == Type::failed) {
    facts.retryable = is_retryable(event);
    facts.worker_lost = event.error && event.error->code == worker_lost_code;
  }
  if (event.message == cancellation_message) {
    facts.cancels = !parsed_data(event).contains("stream");
  }
  return facts;
}

store::NodeFailure failure_of(const EventPayload& event) {
  store::NodeFailure failure;
  if (event.error) {
    failure.reason = event.error->message;
    failure.code = event.error->code.value_or("");
  }
  if (failure.reason.empty()) failure.reason = event.message.value_or("");
  if (failure.reason.empty()) failure.reason = "node " + event.node_id + " failed";
  return failure;
}

bool apply_event(RunRow& run, NodeRow& node, const EventFacts& event) {
  const RunStatus before = derive_status(run);
  if (run.events++ == 0) run.started_at = event.timestamp;
  if (event.cancels) run.cancelled = true;
  bool failed = false;
  if (event.type != Type::progress && !is_superseded(node, event)) {
    if (event.type == Type::started) {
      set_phase(run, node, NodePhase::started);
      node.started_at = event.timestamp;
      node.started_by = event.session;
      run.cancelled = false;
      run.reopened = true;
    } else if (event.type == Type::completed) {
      set_phase(run, node, NodePhase::completed);
    } else {
      failed = !event.retryable;
      set_phase(run, node, failed ? NodePhase::failed : NodePhase::retrying);
      if (failed) run.reopened = false;
    }
  }
  update_completed_at(run, before, event.timestamp);
  return failed;
}

std::string timestamp_now() {
  using namespace std::chrono;
  const auto now = floor<microseconds>(system_clock::now());
  const auto second = floor<seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(system_clock::to_time_t(second)),
                     (now - second).count());
}

void set_total_actions(RunRow& run, std::uint32_t total, std::string_view now) {
  const RunStatus before = derive_status(run);
  run.total_actions = total;
  update_completed_at(run, before, now);
}

}  // namespace trace::collector::run
