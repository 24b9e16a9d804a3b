// SPDX-License-Identifier: Apache-2.0
#include "ship/parking.hpp"

#include <algorithm>

namespace trace::detail::ship {
namespace {

// A parked run is probed with few events, which stay in memory.
constexpr std::size_t probe_bytes = 16 * 1024;
// A run that was omitted this often, within some 300 ms, is not expected to be accepted soon.
constexpr unsigned hopeful_tries = 3;

}  // namespace

bool Parking::move_aside(Held& held, const std::deque<RunBatch>& batches) {
  if (!held.backlog.append(batches)) return false;
  for (const RunBatch& batch : batches) {
    for (const EventRef& event : batch.events()) merger_.resolved(*event.slab, 1);
  }
  return true;
}

bool Parking::add(const Merger::Item& item, RunInfo& run, Encoder& encoder) {
  Held& held = *runs_.at(&run);
  RunBatch batch(run);
  if (!encoder.append(*item.event, item.lane, batch.begin_event())) return false;
  if (!merger_.is_whole(item)) return false;
  batch.added(*item.slab, item.lane, item.event->sequence, item.event->stamp);
  batch.seal();
  held.behind = std::move(batch);
  full_ = &held;
  make_room();
  return true;
}

bool Parking::make_room() {
  std::deque<RunBatch> one;
  one.push_back(std::move(*full_->behind));
  if (!move_aside(*full_, one)) {
    full_->behind = std::move(one.front());
    return false;
  }
  full_->behind.reset();
  full_ = nullptr;
  return true;
}

void Parking::hold(std::deque<RunBatch> left, time::Steady::time_point now, bool progress) {
  RunInfo& run = left.front().run();
  std::unique_ptr<Held>& place = runs_[&run];
  const bool known = place != nullptr;
  if (!known) place = std::make_unique<Held>(source_, run, seed_ + run.number);
  Held& held = *place;
  if (progress) held.backoff.succeeded();
  held.refused_tries = progress ? 0 : held.refused_tries + 1;
  held.moving = progress;
  held.next_try = progress ? now : now + held.backoff.next(std::nullopt);
  if (!known && !progress && move_aside(held, left)) return;
  while (!left.empty()) {
    held.front.push_front(std::move(left.back()));
    left.pop_back();
  }
}

void Parking::taken(const RunInfo& run) {
  const auto place = runs_.find(&run);
  if (place == runs_.end()) return;
  Held& held = *place->second;
  if (nothing_waits(held)) {
    runs_.erase(place);
    return;
  }
  held.backoff.succeeded();
  held.refused_tries = 0;
  held.moving = true;
  held.next_try = {};
}

void Parking::begin_tries() noexcept {
  for (auto& [run, held] : runs_) held->refused_tries = 0;
}

time::Steady::time_point Parking::next_hopeful_try() const noexcept {
  auto next = time::Steady::time_point::max();
  for (const auto& [run, held] : runs_) {
    if (held->refused_tries < hopeful_tries) next = std::min(next, held->next_try);
  }
  return next;
}

PendingBatch Parking::take_due(time::Steady::time_point now, bool urgent) {
  PendingBatch due;
  for (auto& [run, held] : runs_) {
    if (held->next_try > now && !urgent) continue;
    if (!held->front.empty()) {
      due.runs.push_back(std::move(held->front.front()));
      held->front.pop_front();
    } else if (!held->backlog.empty()) {
      due.runs.push_back(held->backlog.take(
          held->moving ? limits_.bytes : std::min(limits_.bytes, probe_bytes), limits_.events));
    }
  }
  return due;
}

std::optional<time::Steady::time_point> Parking::next_due() const {
  std::optional<time::Steady::time_point> first;
  for (const auto& [run, held] : runs_) {
    if (!first || held->next_try < *first) first = held->next_try;
  }
  return first;
}

std::uint64_t Parking::first_stamp() {
  std::uint64_t first = UINT64_MAX;
  for (const auto& [run, held] : runs_) {
    if (!held->front.empty()) {
      first = std::min(first, held->front.front().first_stamp());
    } else if (!held->backlog.empty()) {
      first = std::min(first, held->backlog.first_stamp());
    } else if (held->behind) {
      first = std::min(first, held->behind->first_stamp());
    }
  }
  return first;
}

}  // namespace trace::detail::ship
