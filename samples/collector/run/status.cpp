// SPDX-License-Identifier: Apache-2.0
#include "collector/run/status.hpp"

#include <fmt/chrono.h>
#include <simdjson.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>

namespace trace::collector::run {
namespace {

using store::NodePhase;
using store::NodeRow;
using store::RunRow;

constexpr std::string_view cancellation_message = "Run cancelled by user";
constexpr std::string_view worker_lost_code = "WORKER_LOST";

bool is_true(simdjson::simdjson_result<simdjson::ondemand::value> value) {
  bool flag = false;
  return !value.get_bool().get(flag) && flag;
}

// What an event's data says about its node. The last member of a name counts, as for JSON.parse().
struct DataFacts {
  std::string parent;
  bool retryable = false;
  bool skipped = false;
  bool has_stream = false;
};

// Called for the few events whose data affects the status. On-Demand, because it reads no value
// that is not asked for: another member may be a number that no double holds.
DataFacts facts_of_data(const EventPayload& event) {
  DataFacts facts;
  if (!event.data) return facts;
  const simdjson::padded_string json(*event.data);
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  simdjson::ondemand::object members;
  if (parser.iterate(json).get(document) || document.get_object().get(members)) return facts;
  for (auto member : members) {
    std::string_view key;
    if (member.unescaped_key().get(key)) return facts;
    if (key == "parent") {
      std::string_view parent;
      facts.parent = member.value().get_string().get(parent) ? std::string_view() : parent;
    } else if (key == "retryable") {
      facts.retryable = is_true(member.value());
    } else if (key == "skipped") {
      facts.skipped = is_true(member.value());
    } else if (key == "stream") {
      facts.has_stream = true;
    }
  }
  return facts;
}

// True for events of an attempt that a later start of the node by another worker has superseded.
// They arrive when the journal of a killed worker is recovered after the node was started
// elsewhere.
bool is_superseded(const NodeRow& node, const EventFacts& event) {
  if (node.started_at.empty() || event.session == node.started_by) return false;
  return event.worker_lost || is_before(event.timestamp, node.started_at);
}

std::uint64_t* counter_of(RunRow& run, NodePhase phase) noexcept {
  switch (phase) {
    case NodePhase::seen:
      return nullptr;
    case NodePhase::running:
      return &run.running_nodes;
    case NodePhase::retrying:
      return &run.retrying_nodes;
    case NodePhase::completed:
      return &run.completed_nodes;
    case NodePhase::failed:
      return &run.failed_nodes;
    case NodePhase::lost:
      return &run.lost_nodes;
  }
  return nullptr;
}

void set_phase(RunRow& run, NodeRow& node, NodePhase phase) noexcept {
  if (std::uint64_t* from = counter_of(run, node.phase)) {
    assert(*from > 0);
    --*from;
  }
  if (std::uint64_t* to = counter_of(run, phase)) ++*to;
  node.phase = phase;
}

bool has_all_ended(const RunRow& run) noexcept {
  return run.open_nodes() == 0 && run.total_actions > 0 && run.ended_nodes() >= run.total_actions;
}

// No node is running. A retry does not come after finish().
bool has_verdict(const RunRow& run) noexcept {
  return run.is_quiet || !run.finished_at.empty() || has_all_ended(run);
}

bool has_failed(const RunRow& run) noexcept {
  if (run.failed_nodes > 0 || run.retrying_nodes > 0) return true;
  // Whoever says that the run is finished knows that nothing is missing.
  return run.finished_at.empty() && run.ended_nodes() < run.total_actions;
}

// Of a contract timestamp, "2025-10-13T12:00[:00[.5]]Z".
std::optional<std::int64_t> milliseconds_of(std::string_view text) {
  std::tm parts{};
  const std::string owned(text);
  const char* rest = strptime(owned.c_str(), "%Y-%m-%dT%H:%M", &parts);
  if (rest == nullptr) return std::nullopt;
  double seconds = 0;
  if (*rest == ':') seconds = std::strtod(rest + 1, nullptr);
  return std::int64_t{timegm(&parts)} * 1000 + std::llround(seconds * 1000);
}

std::string_view later(std::string_view a, std::string_view b) { return is_before(a, b) ? b : a; }

// What follows from the rest of the row.
void update(RunRow& run) {
  if (!is_terminal(derive_status(run))) {
    run.completed_at.clear();
  } else if (!run.cancelled_at.empty()) {
    run.completed_at = later(run.cancelled_at, run.started_at);
  } else {
    std::string_view end = run.ended_at.empty() ? run.finished_at : run.ended_at;
    if (run.lost_nodes > 0) end = run.lost_at;
    run.completed_at = later(end, run.started_at);
  }
}

void start(RunRow& run, NodeRow& node, const EventFacts& event) {
  // A node that starts for the first time was on its way when the run was cancelled.
  const bool is_new_attempt = node.attempts > 0;
  set_phase(run, node, NodePhase::running);
  node.started_at = event.timestamp;
  node.started_by = event.session;
  node.ended_at.clear();
  node.ended_by = 0;
  node.is_skipped = false;
  ++node.attempts;
  if (is_new_attempt && is_before(run.cancelled_at, event.timestamp)) run.cancelled_at.clear();
  if (is_before(run.finished_at, event.timestamp)) run.finished_at.clear();
  run.last_start_at = later(run.last_start_at, event.timestamp);
  run.is_quiet = false;
}

void end(RunRow& run, NodeRow& node, const EventFacts& event) {
  const bool failed = event.type == Type::failed;
  if (failed) {
    set_phase(run, node, event.retryable ? NodePhase::retrying : NodePhase::failed);
  } else {
    set_phase(run, node, NodePhase::completed);
  }
  node.is_skipped = event.is_skipped;
  node.ended_at = event.timestamp;
  node.ended_by = run.events;
  run.ended_at = later(run.ended_at, event.timestamp);
}

}  // namespace

bool is_before(std::string_view a, std::string_view b) {
  // Without the Z, the shorter of two with a common prefix is the earlier.
  const auto without_z = [](std::string_view text) { return text.substr(0, text.find('Z')); };
  return without_z(a) < without_z(b);
}

RunStatus derive_status(const store::RunRow& run) noexcept {
  const bool engine_has_ended = run.engine_status && is_terminal(*run.engine_status);
  if (engine_has_ended) return *run.engine_status;
  if (!run.cancelled_at.empty()) return RunStatus::cancelled;
  if (run.engine_status) return *run.engine_status;
  if (run.events == 0 && run.finished_at.empty()) return RunStatus::queued;
  if (run.running_nodes > 0) return RunStatus::running;
  if (run.lost_nodes > 0) return RunStatus::failed;
  if (!has_verdict(run)) return RunStatus::running;
  return has_failed(run) ? RunStatus::failed : RunStatus::completed;
}

bool is_over(const store::RunRow& run) noexcept {
  if (!is_terminal(derive_status(run))) return false;
  const bool may_come_back = !run.engine_status && run.cancelled_at.empty() && run.lost_nodes > 0;
  return !may_come_back || run.is_quiet;
}

std::int64_t verdict_due(const store::RunRow& run, const QuietTimes& times,
                         std::int64_t now_ms) noexcept {
  if (run.events == 0 || run.running_nodes > 0 || is_over(run)) return store::RunRow::never;
  if (run.engine_status || run.is_quiet) return store::RunRow::never;
  const bool is_lost_or_failed = run.lost_nodes > 0 || run.failed_nodes > 0;
  const bool more_is_expected = run.retrying_nodes > 0 || run.ended_nodes() < run.total_actions;
  const auto wait = more_is_expected && !is_lost_or_failed ? times.abandon : times.quiet;
  return now_ms + wait.count();
}

EventFacts facts_of(const EventPayload& event, std::string_view session) {
  EventFacts facts{.type = event.type,
                   .level = event.level,
                   .timestamp = event.timestamp,
                   .session = session,
                   .has_message = event.message && !event.message->empty()};
  if (event.type != Type::progress) {
    DataFacts data = facts_of_data(event);
    facts.parent = std::move(data.parent);
    facts.retryable = event.type == Type::failed && data.retryable;
    facts.is_skipped = event.type == Type::completed && data.skipped;
    facts.worker_lost = event.error && event.error->code == worker_lost_code;
  }
  if (event.level == Level::warn && event.message == cancellation_message) {
    facts.cancels = !facts_of_data(event).has_stream;
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
  const bool was_over = is_over(run);
  if (run.events++ == 0) run.started_at = event.timestamp;
  if (node.first_event == 0) node.first_event = run.events;
  if (event.has_message) node.last_message = run.events;
  ++node.levels[static_cast<std::size_t>(event.level)];
  if (!event.parent.empty()) node.parent = event.parent;
  if (event.cancels && !was_over) run.cancelled_at = event.timestamp;
  bool ended = false;
  if (event.type != Type::progress && !is_superseded(node, event)) {
    ended = event.type != Type::started;
    ended ? end(run, node, event) : start(run, node, event);
  }
  update(run);
  return ended;
}

void set_total_actions(RunRow& run, std::uint32_t total) {
  run.total_actions = total;
  update(run);
}

void set_finished(RunRow& run, std::string_view at) {
  // Repeated, or overtaken by the start of another worker's node.
  if (is_before(at, run.last_start_at)) return;
  run.finished_at = later(run.finished_at, at);
  update(run);
}

void set_cancelled(RunRow& run, std::string_view at) {
  run.cancelled_at = at;
  update(run);
}

void set_quiet(RunRow& run) {
  run.is_quiet = true;
  update(run);
}

void set_engine(RunRow& run, RunStatus status, std::string facts) {
  run.engine_status = status;
  run.engine = std::move(facts);
  update(run);
}

void set_lost(RunRow& run, NodeRow& node, std::string_view at) {
  set_phase(run, node, NodePhase::lost);
  run.lost_at = at;
  update(run);
}

void set_found(RunRow& run, NodeRow& node) {
  set_phase(run, node, NodePhase::running);
  run.is_quiet = false;
  update(run);
}

std::int64_t milliseconds_now() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::optional<std::int64_t> milliseconds_between(std::string_view begin, std::string_view end) {
  const auto from = milliseconds_of(begin);
  const auto to = milliseconds_of(end);
  if (!from || !to) return std::nullopt;
  return std::max<std::int64_t>(*to - *from, 0);
}

std::string timestamp_now() {
  using namespace std::chrono;
  const auto now = floor<microseconds>(system_clock::now());
  const auto second = floor<seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(system_clock::to_time_t(second)),
                     (now - second).count());
}

}  // namespace trace::collector::run
