// SPDX-License-Identifier: Apache-2.0
#include "ship/backlog.hpp"

namespace trace::detail::ship {
namespace {

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

RunBatch Backlog::take(std::size_t bytes, std::size_t events) {
  RunBatch batch(run_);
  while (load()) {
    batch.begin_event().append(event_.encoded);
    batch.added(*slabs_.front(), event_.lane, event_.sequence, event_.stamp);
    has_event_ = false;
    if (batch.line().size() >= bytes || batch.events().size() >= events) break;
  }
  batch.seal();
  return batch;
}

void Backlog::drop_front() noexcept {
  journal::Slab* slab = slabs_.front();
  slabs_.pop_front();
  reading_ = false;
  slab->fully_read = true;  // returned when its last event is resolved
  if (slab->unresolved == 0) source_.give_back(slab);
}

}  // namespace trace::detail::ship
