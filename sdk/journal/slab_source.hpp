// SlabSource: where the shipper's merger gets slabs from and gives them back to: the pool of a
// live session, or a journal that was left behind. Shipper's thread only.
#pragma once

#include <cstdint>

#include "journal/slab.hpp"

namespace trace::detail {

enum class SlabSize : std::uint8_t { small, large };

class SlabSource {
 public:
  virtual ~SlabSource() = default;

  // The next slab that holds records, per lane in the order in which they were opened.
  virtual bool next_opened(Slab*& slab) noexcept = 0;
  // Every event in it is resolved.
  virtual void give_back(Slab* slab) noexcept = 0;

  // An empty slab for events that are moved aside; null when there is no room.
  virtual Slab* take_backlog_slab(SlabSize size) noexcept {
    (void)size;
    return nullptr;
  }

  // False when somebody destroyed a part of the file that the slab lies in.
  virtual bool intact(const Slab&) const noexcept { return true; }

  // Makes the slab's bytes readable until unload(); false when they cannot be read.
  virtual bool load(Slab&) noexcept { return true; }
  virtual void unload(Slab&) noexcept {}
  // The rest of the slab, from `position` on, makes no sense.
  virtual void set_aside(Slab&, std::uint32_t position) noexcept { (void)position; }

  // True when the event needs no sending. Asked once per event, in a lane's order.
  virtual bool is_resolved(std::uint32_t run, std::uint32_t lane, std::uint64_t sequence) noexcept {
    (void)run, (void)lane, (void)sequence;
    return false;
  }
};

// Where the watermarks of acknowledged events are kept.
class WatermarkStore {
 public:
  virtual ~WatermarkStore() = default;
  // The highest sequence of the lane in the run that needs no sending any more. False when it
  // could not be kept; the events may be sent again then.
  virtual bool set_watermark(std::uint32_t run, std::uint32_t lane, std::uint64_t through) = 0;
};

}  // namespace trace::detail
