// SPDX-License-Identifier: Apache-2.0
#include "ship/shipper.hpp"

#include <algorithm>

namespace trace::detail::ship {
namespace {

using namespace std::chrono_literals;

constexpr time::Steady::duration busy_poll = 2ms;
// With the keeper's own, an idle session wakes up fewer than 20 times a second.
constexpr time::Steady::duration idle_poll = 66ms;
constexpr auto state_interval = 5s;
// Backends report a worker as lost after a multiple of this (docs/ingestion-api.md).
constexpr auto lease_interval = 10s;

}  // namespace

Shipper::Shipper(ShipperParts parts, ShipperLimits limits, std::string session_id)
    : parts_(parts),
      limits_(limits),
      session_id_(std::move(session_id)),
      may_be_resolved_(parts.source.may_be_resolved()),
      merger_(parts.source, parts.nodes, parts.sites),
      encoder_(session_id_, parts.redaction),
      parking_(parts.source, merger_, limits.batch, limits.seed),
      backoff_(limits.seed),
      last_pass_(parts.clock.now()),
      last_response_(last_pass_),
      finishes_(limits.seed),
      largest_batch_bytes_(limits.batch.bytes) {}

void Shipper::request_flush(std::uint64_t stamp, time::Steady::time_point deadline) {
  const std::lock_guard lock(flush_mutex_);
  flush_stamp_ = std::max(flush_stamp_, stamp);
  flush_deadline_ = deadline;
  flush_new_ = true;
  next_attempt_.store(0, std::memory_order_release);
}

bool Shipper::has_flush(time::Steady::time_point now) const {
  const std::lock_guard lock(flush_mutex_);
  return is_urgent(now) || flush_new_;
}

bool Shipper::is_urgent(time::Steady::time_point now) const {
  return resolved_before_.load(std::memory_order_relaxed) < flush_stamp_ && now < flush_deadline_;
}

time::Steady::time_point Shipper::step(time::Steady::time_point now) {
  {
    const std::lock_guard lock(flush_mutex_);
    urgent_ = is_urgent(now);
    if (flush_new_) {
      // A caller waits: try immediately, and again soon.
      next_try_ = now;
      backoff_.succeeded();
    }
    // While the backend seems to refuse everything, a round continues with events that were not
    // tried before; all are retried if there are none, or if no more fit into memory.
    const bool in_round = refuses_all_ && !outbox_.empty();
    if (flush_new_ || (now >= next_refused_try_ && !in_round)) {
      refusals_.begin_round();
      retry_refused();
    }
    if (outbox_.empty() && refusals_.is_full()) retry_refused();
    if (flush_new_) {
      parking_.begin_tries();
      finishes_.begin_tries();
    }
    if (outbox_.empty() && flush_new_) {
      PendingBatch parked = parking_.take_due(now, true, leased_session());
      if (!parked.empty()) outbox_.push_back(std::move(parked));
    }
    flush_new_ = false;
  }
  if (outbox_.empty()) {
    // Alternate, so that neither starves.
    const double before = builder_.fill_level(limits_.batch);
    const time::Steady::time_point pass_before = last_pass_;
    fill(now);
    pause_ = pause_after(builder_.fill_level(limits_.batch) - before, now - pass_before);
    // Before the next batch: a worker that never pauses always has one.
    finishes_.collect();
    take_finishes(now);
    if (due(now)) outbox_.push_back(builder_.take(leased_session()));
    PendingBatch parked = parking_.take_due(now, false, leased_session());
    if (!parked.empty()) outbox_.push_back(std::move(parked));
  }
  finishes_.collect();
  if (outbox_.empty()) ask_for_states(now);
  if (!outbox_.empty() && now >= next_try_) send_front(now);
  resolved_before_.store(std::min(events_unresolved_since(), finishes_.first_stamp()),
                         std::memory_order_release);
  {
    const std::lock_guard lock(flush_mutex_);
    const time::Steady::time_point attempt = attempt_after(now);
    // A flush that was requested meanwhile has not been tried.
    if (!flush_new_) {
      next_attempt_.store(attempt.time_since_epoch().count(), std::memory_order_release);
    }
  }
  return next_wake(now);
}

time::Steady::time_point Shipper::attempt_after(time::Steady::time_point now) {
  only_refused_is_left_ = false;
  if (!outbox_.empty()) {
    only_refused_is_left_ = refuses_all_;
    return std::max(next_try_, now);
  }
  if (!builder_.empty() || merger_.next_stamp() < std::max(pass_stamp_, flush_stamp_)) return now;
  const bool refused = !refusals_.empty();
  const time::Steady::time_point next =
      std::min(parking_.next_hopeful_try(), next_finish_try(true));
  only_refused_is_left_ = next == time::Steady::time_point::max() &&
                          (refused || !parking_.empty() || !finishes_.empty());
  return refused ? std::min(next, next_refused_try_) : next;
}

bool Shipper::due(time::Steady::time_point now) const {
  if (builder_.empty()) return false;
  return urgent_ || builder_.full(limits_.batch) || now - builder_.since() >= limits_.delay;
}

void Shipper::fill(time::Steady::time_point now) {
  more_waits_ = false;
  if (parking_.is_full()) return;
  encoder_.set_time(parts_.wall_time.points());
  pass_stamp_ = parts_.clock.stamp();
  abandoned_stamp_ = std::max(abandoned_stamp_, parts_.wall_time.take_abandoned_stamp());
  merger_.begin_pass(std::max(pass_stamp_, abandoned_stamp_));
  Merger::Item item;
  while (!builder_.full(limits_.batch) && !parking_.is_full()) {
    if (!merger_.next(item)) {
      last_pass_ = now;
      more_waits_ = merger_.paused();
      if (!more_waits_) abandoned_stamp_ = 0;
      return;
    }
    const journal::EventView& event = *item.event;
    RunInfo& run = run_of(*event.node);
    if (may_be_resolved_ && parts_.source.is_resolved(run.number, item.lane, event.sequence)) {
      merger_.resolved(*item.slab, 1);
      continue;
    }
    // Events that waited for this pass may have been waiting since the previous one.
    const bool added = parking_.holds(run) ? parking_.add(item, run, encoder_)
                                           : builder_.add(merger_, item, run, encoder_, last_pass_);
    if (!added) {
      counters_.unreadable.fetch_add(1, std::memory_order_relaxed);
      merger_.resolved(*item.slab, 1);
    }
  }
  last_pass_ = now;
  more_waits_ = !parking_.is_full();
}

time::Steady::duration Shipper::pause_after(double brought,
                                            time::Steady::duration since_pass_before) const {
  if (brought <= 0) return idle_poll;
  // A quarter of the time until the batch is full at the current rate: a quiet worker sleeps, a
  // busy one's batch is sent as soon as it is full.
  const double missing = std::max(0.0, 1 - builder_.fill_level(limits_.batch));
  const std::chrono::duration<double> quarter = since_pass_before * (missing / (4 * brought));
  return quarter >= idle_poll
             ? idle_poll
             : std::max(busy_poll, std::chrono::duration_cast<time::Steady::duration>(quarter));
}

RunInfo& Shipper::run_of(const journal::NodeView& node) {
  if (node.run < run_cache_.size() && run_cache_[node.run] != nullptr) return *run_cache_[node.run];
  if (node.run >= run_cache_.size()) run_cache_.resize(node.run + 1);
  return *(run_cache_[node.run] = &parts_.runs.restore(node.run, node.run_id));
}

std::string_view Shipper::leased_session() const noexcept {
  const bool is_leased = parts_.session != nullptr && parts_.session->has_started_node();
  return is_leased ? std::string_view(session_id_) : std::string_view();
}

void Shipper::ask_for_states(time::Steady::time_point now) {
  const bool sends_soon = !builder_.empty() && limits_.delay < state_interval;
  if (sends_soon || now - last_send_ < state_interval) return;
  PendingBatch question;
  const auto ask = [&](RunInfo& run) { question.runs.emplace_back(run).seal(leased_session()); };
  for (RunInfo* run : parts_.runs.awaiting_cancellation()) ask(*run);
  // Each envelope renews the session's lease; one is enough for all of its runs.
  if (question.empty() && parts_.session != nullptr && now - last_response_ >= lease_interval) {
    if (RunInfo* run = parts_.session->run_with_open_node()) ask(*run);
  }
  last_send_ = now;
  if (!question.empty()) outbox_.push_back(std::move(question));
}

std::uint64_t Shipper::read_before() {
  return abandoned_stamp_ > 0 ? 0 : std::min(pass_stamp_, merger_.next_stamp());
}

std::uint64_t Shipper::events_unresolved_since() {
  std::uint64_t since = std::min(read_before(), parking_.first_stamp());
  for (const PendingBatch& batch : outbox_) since = std::min(since, batch.first_stamp());
  for (const PendingBatch& lone : refusals_.events()) since = std::min(since, lone.first_stamp());
  if (!builder_.empty()) since = std::min(since, builder_.first_stamp());
  return since;
}

time::Steady::time_point Shipper::next_wake(time::Steady::time_point now) {
  if (!outbox_.empty()) return std::max(next_try_, now);
  if (more_waits_) return now;
  if (urgent_) return now + std::chrono::milliseconds(1);
  time::Steady::time_point wake = now + (builder_.empty() ? idle_poll : pause_);
  if (!builder_.empty()) wake = std::min(wake, builder_.since() + limits_.delay);
  if (const auto parked = parking_.next_due()) wake = std::min(wake, std::max(*parked, now));
  if (!refusals_.empty()) wake = std::min(wake, std::max(next_refused_try_, now));
  return std::min(wake, std::max(next_finish_try(false), now));
}

}  // namespace trace::detail::ship
