// SPDX-License-Identifier: Apache-2.0
#include "ship/merger.hpp"

#include <algorithm>
#include <utility>

namespace trace::detail::ship {

void Merger::collect() {
  journal::Slab* slab = nullptr;
  while (source_.next_opened(slab)) {
    std::unique_ptr<Lane>& lane = lanes_[stream_of(*slab)];
    if (!lane) lane = std::make_unique<Lane>(slab->lane, nodes_, sites_);
    lane->slabs.push_back(slab);
  }
}

void Merger::begin_pass(std::uint64_t stamp) {
  pass_stamp_ = stamp;
  yielded_ = nullptr;
  paused_ = false;
  collect();
  heap_.clear();
  for (const auto& [number, lane] : lanes_) {
    if (paused_) return;
    if (load(*lane) && lane->event.stamp < pass_stamp_) heap_.push_back(lane.get());
  }
  std::make_heap(heap_.begin(), heap_.end(), ByStamp());
}

bool Merger::load_next(Lane& lane) {
  while (!lane.slabs.empty()) {
    if (lane.front == nullptr) {
      if (source_.pauses()) {
        // An earlier event may follow here, so the pass yields nothing more.
        paused_ = true;
        heap_.clear();
        return false;
      }
      if (!start_front(lane)) continue;
    }
    journal::Slab& front = *lane.front;
    if (lane.reader.position() == journal::committed_length(lane.word)) {
      lane.word = front.header().word.load(std::memory_order_acquire);
    }
    // A word of another generation was not written by the slab's owner.
    if (journal::generation_bits(lane.word) != front.generation || !source_.intact(front))
        [[unlikely]] {
      set_front_aside(lane);
      continue;
    }
    switch (lane.reader.next(journal::committed_length(lane.word), lane.event)) {
      case journal::SlabReader::Next::event:
        return lane.has_event = true;
      case journal::SlabReader::Next::none:
        if (!journal::is_closed(lane.word)) return false;
        finish_front(lane);
        break;
      case journal::SlabReader::Next::damaged:
        set_front_aside(lane);
        break;
    }
  }
  return false;
}

bool Merger::start_front(Lane& lane) {
  journal::Slab* front = lane.slabs.front();
  if (!source_.load(*front)) {
    ++damaged_slabs_;
    lane.slabs.pop_front();
    return false;
  }
  lane.reader.start(front->data());
  lane.word = 0;
  lane.front = front;
  return true;
}

void Merger::finish_front(Lane& lane) {
  journal::Slab* slab = lane.front;
  leave_front(lane);
  slab->fully_read = true;
  source_.unload(*slab);
  if (slab->unresolved == 0) source_.give_back(slab);
}

void Merger::set_front_aside(Lane& lane) {
  // Its thread may still be writing to it, so it is set aside permanently, not recycled.
  journal::Slab& front = *lane.front;
  ++damaged_slabs_;
  source_.set_aside(front, lane.reader.position());
  source_.unload(front);
  leave_front(lane);
}

void Merger::leave_front(Lane& lane) {
  lane.slabs.pop_front();
  lane.front = nullptr;
}

Merger::Lane* Merger::first() {
  Lane* lane = std::exchange(yielded_, nullptr);
  const bool goes_on = lane != nullptr && load(*lane) && lane->event.stamp < pass_stamp_;
  // Usually the next event is the same lane's, and the heap is not needed.
  if (goes_on && (heap_.empty() || lane->event.stamp < heap_.front()->event.stamp)) return lane;
  if (goes_on) {
    heap_.push_back(lane);
    std::push_heap(heap_.begin(), heap_.end(), ByStamp());
  }
  if (heap_.empty()) return nullptr;
  std::pop_heap(heap_.begin(), heap_.end(), ByStamp());
  lane = heap_.back();
  heap_.pop_back();
  return lane;
}

bool Merger::next(Item& item) {
  yielded_ = first();
  if (yielded_ == nullptr) return false;
  yielded_->has_event = false;
  journal::Slab* slab = yielded_->front;
  ++slab->unresolved;
  const journal::EventView& event = yielded_->event;
  item.event = &event;
  item.lane = event.encoded.empty() ? yielded_->number : event.lane;
  item.slab = slab;
  return true;
}

std::uint64_t Merger::next_stamp() {
  yielded_ = first();  // its event is not consumed yet
  if (paused_) return 0;
  return yielded_ == nullptr ? pass_stamp_ : yielded_->event.stamp;
}

}  // namespace trace::detail::ship
