#include "ship/parking.hpp"

#include <algorithm>

namespace trace::detail {

bool Parking::add(const Merger::Item& item, RunInfo& run, Encoder& encoder,
                  Steady::time_point now) {
  Held& held = runs_.at(&run);
  if (held.open.full(limits_)) held.sealed.push_back(std::move(held.open.take().runs.front()));
  return held.open.add(item, run, encoder, now);
}

void Parking::hold(std::deque<RunBatch> left, Steady::time_point now, bool progress) {
  const RunInfo* run = &left.front().run();
  auto [place, created] = runs_.try_emplace(run, Held{{}, {}, Backoff(seed_ + run->number), now});
  Held& held = place->second;
  if (progress) held.backoff.succeeded();
  held.next_try = progress ? now : now + held.backoff.next(std::nullopt);
  while (!left.empty()) {
    held.sealed.push_front(std::move(left.back()));
    left.pop_back();
  }
}

void Parking::taken(const RunInfo& run) {
  const auto place = runs_.find(&run);
  if (place == runs_.end()) return;
  Held& held = place->second;
  if (held.sealed.empty() && held.open.empty()) {
    runs_.erase(place);
  } else {
    held.backoff.succeeded();
    held.next_try = {};
  }
}

PendingBatch Parking::take_due(Steady::time_point now, bool urgent) {
  PendingBatch due;
  for (auto& [run, held] : runs_) {
    if (held.next_try > now && !urgent) continue;
    if (held.sealed.empty() && !held.open.empty()) {
      held.sealed.push_back(std::move(held.open.take().runs.front()));
    }
    if (held.sealed.empty()) continue;
    due.runs.push_back(std::move(held.sealed.front()));
    held.sealed.pop_front();
  }
  return due;
}

std::optional<Steady::time_point> Parking::next_due() const {
  std::optional<Steady::time_point> first;
  for (const auto& [run, held] : runs_) {
    if (!first || held.next_try < *first) first = held.next_try;
  }
  return first;
}

std::size_t Parking::bytes() const noexcept {
  std::size_t bytes = 0;
  for (const auto& [run, held] : runs_) {
    bytes += held.open.bytes();
    for (const RunBatch& batch : held.sealed) bytes += batch.line().size();
  }
  return bytes;
}

std::uint64_t Parking::first_stamp() const noexcept {
  std::uint64_t first = UINT64_MAX;
  for (const auto& [run, held] : runs_) {
    if (!held.sealed.empty()) {
      first = std::min(first, held.sealed.front().first_stamp());
    } else if (!held.open.empty()) {
      first = std::min(first, held.open.first_stamp());
    }
  }
  return first;
}

}  // namespace trace::detail
