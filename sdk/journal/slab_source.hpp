// SPDX-License-Identifier: Apache-2.0
// SlabSource: provides slabs to the shipper's merger and takes them back: the pool of a live
// session, or an orphaned journal. Shipper's thread only.
#pragma once

#include <atomic>
#include <cstdint>

#include "journal/slab.hpp"

namespace trace::detail::journal {

enum class SlabSize : std::uint8_t { small, large };

class SlabSource {
 public:
  virtual ~SlabSource() = default;

  // The next slab with records, per lane in the order in which they were opened.
  virtual bool next_opened(Slab*& slab) noexcept = 0;
  // Every event in it is resolved.
  virtual void give_back(Slab* slab) noexcept = 0;

  // An empty slab for parked events; null if there is no room.
  virtual Slab* take_backlog_slab(SlabSize size) noexcept {
    (void)size;
    return nullptr;
  }

  // False if a truncation destroyed part of the slab. Called twice per event; usually compares only
  // a counter.
  bool intact(const Slab& slab) const noexcept {
    return truncations_ == nullptr ||
           slab.truncations == truncations_->load(std::memory_order_acquire) || kept(slab);
  }

  // Makes the slab's bytes readable until unload(); false on failure.
  virtual bool load(Slab&) noexcept { return true; }
  virtual void unload(Slab&) noexcept {}
  // True: load the next slab in a later pass, because the time of this one is over.
  virtual bool pauses() noexcept { return false; }
  // The slab is damaged from `position` on.
  virtual void set_aside(Slab&, std::uint32_t position) noexcept { (void)position; }

  // Whether is_resolved() may return true.
  virtual bool may_be_resolved() const noexcept { return false; }
  // True if the event need not be sent. Called once per event, in a lane's order.
  virtual bool is_resolved(std::uint32_t run, std::uint32_t lane, std::uint64_t sequence) noexcept {
    (void)run, (void)lane, (void)sequence;
    return false;
  }

 protected:
  SlabSource() = default;
  // `truncations`: counter of the file's truncations; outlives the source.
  explicit SlabSource(const std::atomic<std::uint64_t>* truncations) : truncations_(truncations) {}

  // Whether the truncations did not affect the slab.
  virtual bool kept(const Slab&) const noexcept { return true; }

 private:
  const std::atomic<std::uint64_t>* truncations_ = nullptr;
};

// Stores the watermarks of acknowledged events.
class WatermarkStore {
 public:
  virtual ~WatermarkStore() = default;
  // The highest sequence of the lane in the run that is resolved. False if it could not be stored;
  // the events may then be sent again.
  virtual bool set_watermark(std::uint32_t run, std::uint32_t lane, std::uint64_t through) = 0;
};

}  // namespace trace::detail::journal
