// SPDX-License-Identifier: Apache-2.0
// Finishes, and the fourth part of Shipper: finished runs.
#include "ship/finishes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "ship/shipper.hpp"
#include "text/json_text.hpp"

namespace trace::detail::ship {

void Finishes::add(const Finish& finish) {
  const std::lock_guard lock(mutex_);
  added_.push_back(finish);
  ++unacknowledged_.all;
  if (finish.is_noted) ++unacknowledged_.noted;
}

void Finishes::collect() {
  const std::lock_guard lock(mutex_);
  if (added_.empty()) return;
  const auto by_stamp = [](const Finish& a, const Finish& b) { return a.stamp < b.stamp; };
  std::move(added_.begin(), added_.end(), std::back_inserter(finishes_));
  added_.clear();
  // They are in order already, unless the counter of the stamps went back.
  if (!std::is_sorted(finishes_.begin(), finishes_.end(), by_stamp)) {
    std::sort(finishes_.begin(), finishes_.end(), by_stamp);
  }
}

void Finishes::begin_tries() noexcept {
  for (Finish& finish : finishes_) {
    finish.refused_tries = 0;
    finish.next_try = {};
  }
  refused_in_row_ = 0;
}

template <class Change>
void Finishes::for_each_of(const Runs& runs, Change change) {
  auto next = runs.begin();
  for (Finish& finish : finishes_) {
    if (next == runs.end()) return;
    if (finish.run != *next) continue;
    change(finish);
    ++next;
  }
}

void Finishes::remove(const Runs& runs) {
  const std::lock_guard lock(mutex_);
  for_each_of(runs, [this](Finish& finish) {
    finish.run = nullptr;
    --unacknowledged_.all;
    if (finish.is_noted) --unacknowledged_.noted;
  });
  std::erase_if(finishes_, [](const Finish& finish) { return finish.run == nullptr; });
}

void Finishes::acknowledged(const Runs& runs) {
  if (runs.empty()) return;
  remove(runs);
  const bool others_are_refused =
      std::any_of(finishes_.begin(), finishes_.end(),
                  [](const Finish& finish) { return finish.refused_tries > 0; });
  if (!others_are_refused) backoff_.succeeded();
  refused_in_row_ = 0;
  most_at_once_ = std::min(2 * most_at_once_, most_envelopes);
}

void Finishes::omitted(const Runs& runs, time::Steady::time_point now) {
  if (runs.empty()) return;
  const time::Steady::time_point next_try = now + backoff_.next(std::nullopt);
  for_each_of(runs, [&](Finish& finish) {
    ++finish.refused_tries;
    finish.next_try = next_try;
  });
}

void Finishes::refused(const RunInfo& run, time::Steady::time_point now) {
  const time::Steady::time_point next_try = now + backoff_.slow();
  const auto postpone = [&](Finish& finish) {
    finish.refused_tries = Finish::hopeful_tries;
    finish.next_try = std::max(finish.next_try, next_try);
  };
  for_each_of({&run}, postpone);
  if (++refused_in_row_ < most_refused_in_row) return;
  refused_in_row_ = 0;
  for (Finish& finish : finishes_) postpone(finish);
}

Finishes::Count Finishes::unacknowledged() const {
  const std::lock_guard lock(mutex_);
  return unacknowledged_;
}

// With an empty outbox.
bool Shipper::waits_for_events(const Finish& finish) {
  const RunInfo& run = *finish.run;
  if (std::min(builder_.first_stamp(run), parking_.first_stamp(run)) <= finish.stamp) return true;
  return std::any_of(refusals_.events().begin(), refusals_.events().end(), [&](const auto& lone) {
    return &lone.runs.front().run() == &run && lone.first_stamp() <= finish.stamp;
  });
}

void Shipper::take_finishes(time::Steady::time_point now) {
  if (finishes_.empty()) return;
  PendingBatch batch;
  std::size_t bytes = 0;
  const std::uint64_t read = read_before();
  for (const Finish& finish : finishes_.all()) {
    const bool is_full =
        batch.runs.size() == finishes_.most_at_once() || bytes >= limits_.batch.bytes;
    if (finish.stamp >= read || is_full) break;
    if (finish.next_try > now || waits_for_events(finish)) continue;
    RunBatch& envelope =
        batch.runs.emplace_back(*finish.run, BatchMemory(), encoder_.time_of(finish.stamp));
    envelope.seal(leased_session());
    bytes += envelope.line().size();
  }
  if (!batch.empty()) outbox_.push_back(std::move(batch));
}

// With an empty outbox; max() if each waits for events.
time::Steady::time_point Shipper::next_finish_try(bool only_hopeful) {
  auto next = time::Steady::time_point::max();
  if (finishes_.empty()) return next;
  const std::uint64_t read = read_before();
  for (const Finish& finish : finishes_.all()) {
    if (finish.stamp >= read) break;
    if (finish.next_try >= next || (only_hopeful && !finish.is_hopeful())) continue;
    if (!waits_for_events(finish)) next = finish.next_try;
  }
  return next;
}

// Of a refusal that is remembered.
std::string Shipper::key_of_finish(const RunInfo& run) const {
  return fmt::format("{}/{}/finish", session_id_, run.id);
}

void Shipper::settle_finishes(const Finishes::Runs& named, const Finishes::Runs& omitted,
                              time::Steady::time_point now) {
  for (const RunInfo* run : named) {
    parts_.watermarks.acknowledge_finish(run->number);
    parts_.taken.forget(key_of_finish(*run));
  }
  counters_.finished.fetch_add(named.size(), std::memory_order_relaxed);
  finishes_.acknowledged(named);
  finishes_.omitted(omitted, now);
  if (omitted.empty()) return;
  counters_.retries.fetch_add(1, std::memory_order_relaxed);
  parts_.diagnostics.report(
      "backend", fmt::format("the response does not name the run {}; that it is finished is sent "
                             "again",
                             text::in_quotes(omitted.front()->id)));
}

// See docs/decisions/0020: what is refused is given up only if the backend accepts events.
void Shipper::refuse_finishes(const PendingBatch& batch, std::string_view reason,
                              time::Steady::time_point now) {
  next_try_ = now;
  counters_.retries.fetch_add(1, std::memory_order_relaxed);
  if (batch.runs.size() > 1) return finishes_.refused_together(batch.runs.size());
  const RunInfo& run = batch.runs.front().run();
  const std::string key = key_of_finish(run);
  if (parts_.taken.at_first_refusal(key) == parts_.taken.count()) {
    finishes_.refused(run, now);
    parts_.diagnostics.report(
        "refused", fmt::format("the backend refuses that the run {} is finished ({}); it is kept "
                               "and retried",
                               text::in_quotes(run.id), reason));
    return;
  }
  finishes_.give_up(run);
  parts_.taken.forget(key);
  parts_.watermarks.acknowledge_finish(run.number);
  counters_.refused_finishes.fetch_add(1, std::memory_order_relaxed);
  parts_.diagnostics.report("rejected", fmt::format("the backend refuses that the run {} is "
                                                    "finished ({}); it is not sent again",
                                                    text::in_quotes(run.id), reason));
}

}  // namespace trace::detail::ship
