// SPDX-License-Identifier: Apache-2.0
// Merger: the events of all lanes as one stream in the order of their stamps.
//
// A pass takes a stamp T first, then reads what each lane has committed, and yields only events
// stamped before T. If one event's record() returned before another's began, the first was
// committed before T was taken, so it is seen in the same pass and, having the smaller stamp, comes
// first. Shipper's thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "journal/slab.hpp"
#include "journal/slab_reader.hpp"

namespace trace::detail::ship {

class Merger {
 public:
  // All outlive the merger; resolved slabs are returned to the source.
  Merger(journal::SlabSource& source, const journal::NodeNames& nodes,
         const journal::SiteDefinitions& sites)
      : source_(source), nodes_(nodes), sites_(sites) {}

  // Begins a pass; the stamp was taken before the call (stamp_now_fenced).
  void begin_pass(std::uint64_t stamp);

  struct Item {
    const journal::EventView* event;
    std::uint32_t lane;
    journal::Slab* slab;  // count it as unresolved, and call resolved() later
  };
  // The next event of this pass, or false. The event's views are valid until the following call.
  bool next(Item& item);
  // False if a truncation destroyed the slab's bytes before or while they were read: anything
  // derived from the event may be wrong. Call it after using the event, before the next one.
  bool is_whole(const Item& item) const noexcept {
    const std::uint64_t word = item.slab->header().word.load(std::memory_order_acquire);
    return journal::generation_bits(word) == item.slab->generation && source_.intact(*item.slab);
  }

  // The source ended the pass before everything was read: the next pass continues.
  bool paused() const noexcept { return paused_; }

  // The stamp of the event that next() would yield; the pass's own stamp if there is none, 0 if
  // unknown because the pass has paused.
  std::uint64_t next_stamp();

  // `count` events of the slab are resolved.
  void resolved(journal::Slab& slab, std::uint32_t count) {
    slab.unresolved -= count;
    if (slab.unresolved == 0 && slab.fully_read) source_.give_back(&slab);
  }

  // Slabs whose rest could not be read.
  std::uint64_t damaged_slabs() const noexcept { return damaged_slabs_; }

 private:
  struct Lane {
    Lane(std::uint32_t of, const journal::NodeNames& nodes, journal::SiteViews& sites)
        : number(of), reader(nodes, sites) {}

    const std::uint32_t number;
    std::deque<journal::Slab*> slabs;  // the front one is being read
    journal::Slab* front = nullptr;    // the same, while the reader is on it
    journal::SlabReader reader;
    std::uint64_t word = 0;  // of the front slab, as last seen
    journal::EventView event;
    bool has_event = false;  // `event` was read and not yielded
  };
  struct ByStamp {
    bool operator()(const Lane* a, const Lane* b) const noexcept {
      return a->event.stamp > b->event.stamp;
    }
  };

  // Slabs of the backlog are a stream for each run.
  static std::uint64_t stream_of(const journal::Slab& slab) noexcept {
    return std::uint64_t{slab.run} << 32 | slab.lane;
  }
  void collect();
  // Reads the lane's next event; false if none is committed.
  bool load(Lane& lane) { return lane.has_event || load_next(lane); }
  bool load_next(Lane& lane);
  // False if the front slab cannot be read.
  bool start_front(Lane& lane);
  void finish_front(Lane& lane);
  void set_front_aside(Lane& lane);
  static void leave_front(Lane& lane);
  // Removes the lane with the least stamp of this pass from the heap; null if none.
  Lane* first();

  journal::SlabSource& source_;
  const journal::NodeNames& nodes_;
  journal::SiteViews sites_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Lane>> lanes_;  // by stream_of()
  std::vector<Lane*> heap_;  // lanes with an event of this pass, least stamp on top
  Lane* yielded_ = nullptr;  // not in the heap; its event was yielded, or is the next
  std::uint64_t pass_stamp_ = 0;
  bool paused_ = false;
  std::uint64_t damaged_slabs_ = 0;
};

}  // namespace trace::detail::ship
