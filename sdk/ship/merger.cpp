#include "ship/merger.hpp"

#include <algorithm>
#include <utility>

namespace trace::detail {

void Merger::collect() {
  Slab* slab = nullptr;
  while (source_.next_opened(slab)) {
    std::unique_ptr<Lane>& lane = lanes_[stream_of(*slab)];
    if (!lane) {
      lane = std::make_unique<Lane>();
      lane->number = slab->lane;
    }
    lane->slabs.push_back(slab);
  }
}

void Merger::begin_pass(std::uint64_t stamp) {
  pass_stamp_ = stamp;
  yielded_ = nullptr;
  collect();
  heap_.clear();
  for (const auto& [number, lane] : lanes_) {
    if (load(*lane) && lane->event.stamp < pass_stamp_) heap_.push_back(lane.get());
  }
  std::make_heap(heap_.begin(), heap_.end(), ByStamp());
}

bool Merger::load(Lane& lane) {
  while (!lane.has_event && !lane.slabs.empty()) {
    Slab& front = *lane.slabs.front();
    if (!lane.reading) {
      if (!source_.load(front)) {
        ++damaged_slabs_;
        lane.slabs.pop_front();
        continue;
      }
      lane.reader.start(front.data());
      lane.word = 0;
      lane.reading = true;
    }
    if (lane.reader.position() == committed_length(lane.word)) {
      lane.word = front.header().word.load(std::memory_order_acquire);
    }
    // A word of another generation was not written by the thread that has the slab.
    if (generation_bits(lane.word) != front.generation || !source_.intact(front)) {
      set_front_aside(lane);
      continue;
    }
    switch (lane.reader.next(committed_length(lane.word), lane.event)) {
      case SlabReader::Next::event:
        lane.has_event = true;
        return true;
      case SlabReader::Next::none:
        if (!is_closed(lane.word)) return false;
        finish_front(lane);
        break;
      case SlabReader::Next::damaged:
        set_front_aside(lane);
        break;
    }
  }
  return lane.has_event;
}

void Merger::finish_front(Lane& lane) {
  Slab* slab = lane.slabs.front();
  lane.slabs.pop_front();
  lane.reading = false;
  slab->fully_read = true;
  source_.unload(*slab);
  if (slab->unresolved == 0) source_.give_back(slab);
}

void Merger::set_front_aside(Lane& lane) {
  // Its thread may still be writing to it, so it is set aside for good, not recycled.
  Slab& front = *lane.slabs.front();
  ++damaged_slabs_;
  source_.set_aside(front, lane.reader.position());
  source_.unload(front);
  lane.slabs.pop_front();
  lane.reading = false;
}

Merger::Lane* Merger::first() {
  Lane* lane = std::exchange(yielded_, nullptr);
  const bool goes_on = lane != nullptr && load(*lane) && lane->event.stamp < pass_stamp_;
  // Usually the same thread goes on, and the others need not be looked at.
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
  Slab* slab = yielded_->slabs.front();
  ++slab->unresolved;
  const EventView& event = yielded_->event;
  item = {&event, event.encoded.empty() ? yielded_->number : event.lane, slab};
  return true;
}

bool Merger::is_whole(const Item& item) const noexcept {
  const std::uint64_t word = item.slab->header().word.load(std::memory_order_acquire);
  return generation_bits(word) == item.slab->generation && source_.intact(*item.slab);
}

std::uint64_t Merger::next_stamp() {
  yielded_ = first();  // it has its event still
  return yielded_ == nullptr ? pass_stamp_ : yielded_->event.stamp;
}

void Merger::resolved(Slab& slab, std::uint32_t count) {
  slab.unresolved -= count;
  if (slab.unresolved == 0 && slab.fully_read) source_.give_back(&slab);
}

}  // namespace trace::detail
