// SPDX-License-Identifier: Apache-2.0
#include "ship/parking.hpp"

#include <algorithm>

namespace trace::detail::ship {
namespace {

// A parked run is probed with few events, which stay in memory.
constexpr std::size_t probe_bytes = 16 * 1024;
// A run that was omitted this often, within some 300 ms, is not expected to be accepted soon.
constexpr unsigned hopeful_tries = 3;

std::size_t record_bytes(std::size_t json_bytes) noexcept {
  return padded(sizeof(journal::EncodedEvent) + json_bytes);
}

void commit(journal::Slab& slab, std::uint32_t length) noexcept {
  slab.header().word.store(slab.generation | length, std::memory_order_release);
}

}  // namespace

Backlog::~Backlog() {
  while (!slabs_.empty()) drop_front();
}

bool Backlog::provide(std::size_t bytes) {
  if (!slabs_.empty() && length_ + bytes <= slabs_.back()->capacity()) return true;
  journal::Slab* next = nullptr;
  if (!prepared_.empty()) {
    next = prepared_.back();
    prepared_.pop_back();
  } else {
    const bool first = ordinal_ == 0 && bytes < journal::small_slab_bytes / 4;
    next = source_.take_backlog_slab(first ? journal::SlabSize::small : journal::SlabSize::large);
  }
  if (next == nullptr) return false;
  next->open(journal::backlog_lane, ++ordinal_, 0, run_.number);
  length_ = static_cast<std::uint32_t>(
      journal::define_node(next->data(), 0, run_.number, run_.id, {}) - next->data());
  commit(*next, length_);
  slabs_.push_back(next);
  return true;
}

bool Backlog::append(std::string_view json, std::uint32_t lane, std::uint64_t sequence,
                     std::uint64_t stamp) {
  const std::size_t bytes = record_bytes(json.size());
  if (!provide(bytes)) return false;
  const journal::EncodedEvent record{
      {static_cast<std::uint32_t>(bytes), RecordKind::encoded_event, 0, 0, 0},
      stamp,
      sequence,
      lane,
      static_cast<std::uint32_t>(json.size())};
  journal::Slab& slab = *slabs_.back();
  journal::put(journal::put(slab.data() + length_, &record, sizeof record), json.data(),
               json.size());
  length_ += static_cast<std::uint32_t>(bytes);
  commit(slab, length_);
  ++slab.unresolved;
  return true;
}

bool Backlog::append(const std::deque<RunBatch>& batches) {
  std::size_t room = slabs_.empty() ? 0 : slabs_.back()->capacity() - length_;
  for (const RunBatch& batch : batches) {
    for (const EventRef& event : batch.events()) {
      const std::size_t bytes = record_bytes(event.end - event.begin);
      if (bytes > room) {
        journal::Slab* slab = source_.take_backlog_slab(journal::SlabSize::large);
        if (slab == nullptr) {
          give_back_prepared();
          return false;
        }
        prepared_.push_back(slab);
        room = slab->capacity() - journal::definition_bytes(run_.id, {});
      }
      room -= bytes;
    }
  }
  for (const RunBatch& batch : batches) {
    for (const EventRef& event : batch.events()) {
      append(batch.json(event), event.lane, event.sequence, event.stamp);
    }
  }
  give_back_prepared();
  return true;
}

void Backlog::give_back_prepared() noexcept {
  for (journal::Slab* slab : prepared_) source_.give_back(slab);
  prepared_.clear();
}

bool Backlog::load() {
  while (!has_event_ && !slabs_.empty()) {
    journal::Slab& front = *slabs_.front();
    if (!reading_) {
      reader_.start(front.data());
      reading_ = true;
    }
    const bool last = slabs_.size() == 1;
    const std::uint32_t committed =
        last ? length_
             : journal::committed_length(front.header().word.load(std::memory_order_relaxed));
    if (reader_.next(committed, event_) == journal::SlabReader::Next::event) {
      has_event_ = true;
    } else if (last) {
      break;
    } else {
      drop_front();
    }
  }
  return has_event_;
}

bool Backlog::empty() { return !load(); }

RunBatch Backlog::take(std::size_t bytes, std::size_t events, std::string_view session) {
  RunBatch batch(run_);
  while (load()) {
    batch.begin_event().append(event_.encoded);
    batch.added(*slabs_.front(), event_.lane, event_.sequence, event_.stamp);
    has_event_ = false;
    if (batch.line().size() >= bytes || batch.events().size() >= events) break;
  }
  batch.seal(session);
  return batch;
}

void Backlog::drop_front() noexcept {
  journal::Slab* slab = slabs_.front();
  slabs_.pop_front();
  reading_ = false;
  slab->fully_read = true;  // returned when its last event is resolved
  if (slab->unresolved == 0) source_.give_back(slab);
}

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
  batch.seal({});  // only its event is kept
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

PendingBatch Parking::take_due(time::Steady::time_point now, bool urgent,
                               std::string_view session) {
  PendingBatch due;
  for (auto& [run, held] : runs_) {
    if (held->next_try > now && !urgent) continue;
    if (!held->front.empty()) {
      due.runs.push_back(std::move(held->front.front()));
      held->front.pop_front();
    } else if (!held->backlog.empty()) {
      due.runs.push_back(
          held->backlog.take(held->moving ? limits_.bytes : std::min(limits_.bytes, probe_bytes),
                             limits_.events, session));
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
  for (const auto& [run, held] : runs_) first = std::min(first, first_stamp(*held));
  return first;
}

std::uint64_t Parking::first_stamp(const RunInfo& run) {
  const auto place = runs_.find(&run);
  return place == runs_.end() ? UINT64_MAX : first_stamp(*place->second);
}

std::uint64_t Parking::first_stamp(Held& held) {
  if (!held.front.empty()) return held.front.front().first_stamp();
  if (!held.backlog.empty()) return held.backlog.first_stamp();
  return held.behind ? held.behind->first_stamp() : UINT64_MAX;
}

}  // namespace trace::detail::ship
