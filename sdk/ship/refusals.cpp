// SPDX-License-Identifier: Apache-2.0
// The third part of Shipper: handling of events that the backend refuses.
#include "ship/refusals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ship/shipper.hpp"

namespace trace::detail::ship {
namespace {

constexpr std::size_t smallest_batch_bytes = 4 * 1024;
// An event that is not remembered is only retried.
constexpr std::size_t most_remembered = 1024;
// Of a batch of one event, beside its text.
constexpr std::size_t memory_of_lone = 1024;

std::size_t memory_of(const PendingBatch& lone) noexcept { return lone.bytes() + memory_of_lone; }

}  // namespace

std::uint64_t TakenEvents::at_first_refusal(const std::string& event) {
  if (first_refusals_.size() >= most_remembered && !first_refusals_.contains(event)) {
    first_refusals_.erase(first_refusals_.begin());
  }
  return first_refusals_.try_emplace(event, count_).first->second;
}

void Refusals::add(PendingBatch lone) {
  ++in_round_;
  put_back(std::move(lone));
}

void Refusals::put_back(PendingBatch lone) {
  bytes_ += memory_of(lone);
  const auto later = std::upper_bound(
      events_.begin(), events_.end(), lone.first_stamp(),
      [](std::uint64_t stamp, const PendingBatch& other) { return stamp < other.first_stamp(); });
  events_.insert(later, std::move(lone));
}

void Refusals::begin_round() noexcept {
  if (seem_all()) limit_ = std::min(2 * limit_, last_limit);
  in_round_ = 0;
}

void Refusals::begin_anew() noexcept {
  in_round_ = 0;
  limit_ = first_limit;
}

std::deque<PendingBatch> Refusals::take_all() noexcept {
  bytes_ = 0;
  return std::exchange(events_, {});
}

PendingBatch Refusals::take_oldest() noexcept {
  PendingBatch oldest = std::move(events_.front());
  events_.pop_front();
  bytes_ -= memory_of(oldest);
  return oldest;
}

std::string Shipper::key_of(const PendingBatch& lone) const {
  const RunBatch& run = lone.runs.front();
  return std::string(run.run().id) + "/" + id_of(run.events().front());
}

void Shipper::refuse(PendingBatch batch, std::string_view reason, bool too_large,
                     time::Steady::time_point now) {
  next_try_ = now;
  if (!batch.refused_at) batch.refused_at = parts_.taken.count();
  if (batch.events() > 1) {
    if (too_large) {
      limits_.batch.bytes =
          std::max(std::min(limits_.batch.bytes, batch.bytes() / 2), smallest_batch_bytes);
    }
    auto [first, second] = batch.halves();
    outbox_.push_front(std::move(second));
    outbox_.push_front(std::move(first));
    return;
  }
  if (!batch.refused_alone_at) {
    batch.refused_alone_at = parts_.taken.at_first_refusal(key_of(batch));
  }
  const bool is_last = outbox_.empty() && refusals_.empty();
  // The rest of the refused batch was accepted and nothing else can be tried; or another event was
  // accepted between two attempts of this one.
  if ((is_last && *batch.refused_at < parts_.taken.count()) ||
      *batch.refused_alone_at < parts_.taken.count()) {
    return give_up(batch, reason);
  }
  counters_.retries.fetch_add(1, std::memory_order_relaxed);
  refusals_.add(std::move(batch));
  next_refused_try_ = now + backoff_.slow();
  if (!refusals_.seem_all() && !outbox_.empty()) return;  // the next event shows the cause
  parts_.diagnostics.report(
      "refused",
      fmt::format("every event is refused ({}); events are kept; check what the endpoint "
                  "accepts and its limit on request bodies",
                  reason));
  if (refusals_.seem_all()) {
    refuses_all_ = true;
    refusals_.begin_round();
    outbox_.push_front(refusals_.take_oldest());
    next_try_ = next_refused_try_;
  }
}

void Shipper::retry_refused() {
  // The first one of the round is among them.
  while (!outbox_.empty() && outbox_.front().refused_alone_at) {
    refusals_.put_back(std::move(outbox_.front()));
    outbox_.pop_front();
  }
  std::deque<PendingBatch> refused = refusals_.take_all();
  while (!refused.empty()) {
    outbox_.push_front(std::move(refused.back()));
    refused.pop_back();
  }
}

void Shipper::note_taken(std::uint64_t events) {
  if (events == 0) return;
  parts_.taken.add(events);
  // They are retried, in case the backend has just recovered.
  retry_refused();
  refusals_.begin_anew();
  if (refuses_all_)
    limits_.batch.bytes = largest_batch_bytes_;  // the limit does not apply any more
  refuses_all_ = false;
}

void Shipper::give_up(const PendingBatch& lone, std::string_view reason) {
  const RunBatch& run = lone.runs.front();
  const EventRef& event = run.events().front();
  bury(run, event, reason);
  parts_.taken.forget(key_of(lone));
  const bool passes_another = std::any_of(
      refusals_.events().begin(), refusals_.events().end(), [&](const PendingBatch& other) {
        const RunBatch& kept = other.runs.front();
        return &kept.run() == &run.run() && kept.events().front().lane == event.lane;
      });
  if (!passes_another) {
    parts_.watermarks.set_watermark(run.run().number, event.lane, event.sequence);
  }
  merger_.resolved(*event.slab, 1);
  parking_.taken(run.run());
}

void Shipper::bury(const RunBatch& batch, const EventRef& event, std::string_view reason) {
  DeadLetters& letters = parts_.dead_letters;
  const std::uint64_t dropped = letters.dropped();
  const bool kept = letters.keep(batch.json(event), reason);
  (kept ? counters_.rejected : counters_.discarded).fetch_add(1, std::memory_order_relaxed);
  parts_.diagnostics.report(
      "rejected", kept ? fmt::format("the backend refused an event ({}); it is kept in {}", reason,
                                     letters.path())
                       : fmt::format("the backend refused an event ({}); it could not be kept: {}",
                                     reason, letters.problem()));
  if (kept && letters.dropped() > dropped) {
    parts_.diagnostics.report(
        "dead_letters",
        fmt::format(
            "the share of refused events in journal_budget is used up; the oldest {} of them "
            "were removed from {}",
            letters.dropped() - dropped, letters.path()));
  }
}

}  // namespace trace::detail::ship
