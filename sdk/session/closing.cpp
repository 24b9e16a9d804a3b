// SPDX-License-Identifier: Apache-2.0
// The end of a session: open nodes are stopped, events are flushed, threads stopped, and what is
// left is counted as kept or lost.
#include <fmt/format.h>
#include <trace/recovery.hpp>

#include <algorithm>

#include "session/core.hpp"

namespace trace::detail::session {
namespace {

using namespace std::chrono_literals;

// The events that could not be sent. They are kept if a later session finds them in the journal's
// file, otherwise lost.
struct Leftover {
  std::uint64_t kept = 0;
  std::uint64_t lost = 0;
  std::string why = {};  // reason of the loss; empty if nothing is lost
};

std::string in_memory_because(const std::string& directory) {
  return fmt::format("the journal was in memory because {} cannot be used", directory);
}

std::string removed_or_replaced(const journal::JournalFile& file) {
  return fmt::format("{} was removed or replaced", file.path());
}

std::string truncated(const journal::JournalFile& file) {
  return fmt::format("{} was truncated", file.path());
}

// `all_read`: everything that could be read from the journal was sent and resolved, so `unsent`
// events are not in it any more. `directory`: of the configuration.
Leftover leftover_of(const journal::JournalFile& file, const std::string& directory,
                     std::uint64_t unsent, bool all_read) {
  if (unsent == 0) return {};
  if (!file.crash_safe()) {
    return {0, unsent, in_memory_because(directory)};
  }
  if (!file.is_named()) return {0, unsent, removed_or_replaced(file)};
  if (all_read) {
    return {0, unsent, fmt::format("{} was overwritten or truncated", file.path())};
  }
  if (file.truncations() == 0) return {unsent, 0, {}};
  // Count what the next reader finds in the file.
  const auto report = inspect_journal(file.path());
  const std::uint64_t kept = report ? std::min(unsent, report->unsent) : 0;
  if (kept == unsent) return {unsent, 0, {}};
  return {kept, unsent - kept, truncated(file)};
}

// The same for runs whose finish is not acknowledged.
Leftover finishes_left(const journal::JournalFile& file, const std::string& directory,
                       const ship::Finishes::Count& unsent) {
  if (unsent.all == 0) return {};
  if (!file.crash_safe()) return {0, unsent.all, in_memory_because(directory)};
  if (!file.is_named()) return {0, unsent.all, removed_or_replaced(file)};
  std::uint64_t kept = unsent.noted;
  if (file.truncations() > 0) {
    const auto report = inspect_journal(file.path());
    kept = report ? std::min(kept, report->unsent_finishes) : 0;
    if (kept < unsent.noted) return {kept, unsent.all - kept, truncated(file)};
  }
  return {kept, unsent.all - kept, fmt::format("{} had no space for it", file.path())};
}

}  // namespace

bool SessionCore::drain(std::uint64_t stamp, time::Steady::time_point deadline, bool may_give_in) {
  draining_.store(true);
  // Our own events do not wait for a response to an adopted journal's.
  if (adopting_.load()) transport_->interrupt();
  shipper_.request_flush(stamp, deadline);
  shipper_thread_->wake();
  const auto resolved = [&] { return shipper_.resolved_before() >= stamp; };
  const auto in_vain = [&] { return may_give_in && shipper_.next_attempt() > deadline; };
  shipper_thread_->wait_for([&] { return resolved() || in_vain(); }, deadline);
  draining_.store(false);
  return resolved();
}

void SessionCore::settle_adoption(time::Steady::time_point deadline) {
  if (!adoption_is_refused_) return;
  constexpr std::uint64_t enough = 3;
  const std::uint64_t before = adoption_steps_;
  for (std::uint64_t step = 1; step <= enough && adoption_is_refused_; ++step) {
    shipper_thread_->wake();
    shipper_thread_->wait_for([&] { return adoption_steps_ >= before + step; }, deadline);
  }
}

void SessionCore::stop_open_nodes() {
  std::unordered_map<NodeState*, OpenNode> open;
  {
    const std::lock_guard lock(open_nodes_mutex_);
    open.swap(open_nodes_);
  }
  for (const auto& [address, node] : open) {
    const auto state = node.state.lock();
    if (state && state->open.load()) state->stop(StopReason::shutdown);
  }
}

Closed SessionCore::close(time::Steady::time_point deadline) {
  const std::lock_guard lock(close_mutex_);
  if (closed()) return close_result_;
  stop_open_nodes();
  {
    // A finish_run() that has begun is part of what is flushed.
    const std::lock_guard finishes_lock(finishes_mutex_);
    closed_.store(true);
  }
  gate_.close();
  pool_.release_waiters();
  lanes_.wait_until_quiet(deadline);
  if (keeper_thread_) keeper_thread_->stop();
  loss_events_.finish();
  const std::uint64_t stamp = clock_.stamp();
  // The accepted events show whether an orphaned journal's refused event is the cause.
  if (drain(stamp, deadline, true)) settle_adoption(std::min(deadline, time::Steady::now() + 1s));
  // From here on no count changes: nothing is recorded, and the shipper has made its last step.
  stop_threads();
  losses_.report();
  report_on_journal(time::Steady::time_point::max());
  settle_account(shipper_.events_resolved_before() >= stamp);
  file_->header().closed_cleanly.store(1, std::memory_order_release);
  const bool note_stays = unsettled_notes_ > 0 && file_->crash_safe();
  if (note_stays) {
    const std::int64_t left = unsettled_notes_;
    diagnostics_.report_final(
        "containers", fmt::format("{} noted resource{} may be left: the removal was not confirmed; "
                                  "the next session or 'shiptrace recover' tries again",
                                  left, left == 1 ? "" : "s"));
  }
  if (close_result_.kept == 0) {
    if (!note_stays) file_->remove();
    file_->forget_events();  // handles may keep the mapping for a long time
  }
  file_->release();
  return close_result_;
}

void SessionCore::settle_account(bool all_read) {
  const Stats counted = stats();
  const ship::ShipperCounters& shipped = shipper_.counters();
  const std::uint64_t discarded = shipped.discarded;
  const std::uint64_t unreadable = shipped.unreadable;
  const std::uint64_t settled =
      counted.acknowledged + counted.rejected + shipped.own_acknowledged + discarded + unreadable;
  const std::uint64_t recorded = counted.accepted + loss_events_.recorded();
  const Leftover left = leftover_of(*file_, config_.journal_dir,
                                    recorded > settled ? recorded - settled : 0, all_read);
  const Leftover finishes =
      finishes_left(*file_, config_.journal_dir, shipper_.unacknowledged_finishes());
  const std::uint64_t refused_finishes = shipped.refused_finishes;
  lost_ = left.lost + finishes.lost;
  close_result_ = {left.kept + finishes.kept, stats().lost, config_.journal_dir};

  std::string parts;
  const auto add = [&](std::uint64_t count, const std::string& what) {
    if (count > 0) parts += fmt::format("{}{} {}", parts.empty() ? "" : "; ", count, what);
  };
  add(counted.dropped, fmt::format("dropped ({})", losses_.summary()));
  add(left.lost, "not sent, and " + left.why);
  add(discarded, "refused by the backend, and rejected.ndjson could not be written");
  add(unreadable, "could not be read in the journal");
  const auto add_finishes = [&](std::uint64_t count, const std::string& what) {
    add(count, fmt::format("finished run{} {}", count == 1 ? "" : "s", what));
  };
  add_finishes(finishes.lost, "not reported as finished, and " + finishes.why);
  add_finishes(refused_finishes, "that the backend refuses as finished");
  if (parts.empty()) return;
  const std::uint64_t events =
      counted.dropped + close_result_.lost - finishes.lost - refused_finishes;
  if (events > 0) parts = fmt::format("{} event{}: {}", events, events == 1 ? "" : "s", parts);
  diagnostics_.report_final("lost", parts);
}

void SessionCore::stop_threads() {
  // First the flag, then the interrupt: the shipper may be in send() or about to begin one.
  if (shipper_thread_) shipper_thread_->request_stop();
  transport_->interrupt();
  if (shipper_thread_) shipper_thread_->stop();
  if (keeper_thread_) keeper_thread_->stop();
}

}  // namespace trace::detail::session
