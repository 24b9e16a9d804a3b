// SlabSource: where the shipper's merger gets slabs from and gives them back to: the pool of a
// live session, or a journal that was left behind. Shipper's thread only.
#pragma once

#include <atomic>
#include <cstdint>

#include "journal/slab.hpp"

namespace trace::detail::journal {

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

  // False when somebody destroyed a part of the file that the slab lies in. Asked twice per event:
  // usually nobody has since the slab was opened, and its bytes need no look.
  bool intact(const Slab& slab) const noexcept {
    return truncations_ == nullptr ||
           slab.truncations == truncations_->load(std::memory_order_acquire) || kept(slab);
  }

  // Makes the slab's bytes readable until unload(); false when they cannot be read.
  virtual bool load(Slab&) noexcept { return true; }
  virtual void unload(Slab&) noexcept {}
  // True: the next slab is to be loaded in a later pass, because this one has taken long enough.
  virtual bool pauses() noexcept { return false; }
  // The rest of the slab, from `position` on, makes no sense.
  virtual void set_aside(Slab&, std::uint32_t position) noexcept { (void)position; }

  // Whether events may need no sending, so that is_resolved() has to be asked.
  virtual bool may_be_resolved() const noexcept { return false; }
  // True when the event needs no sending. Asked once per event, in a lane's order.
  virtual bool is_resolved(std::uint32_t run, std::uint32_t lane, std::uint64_t sequence) noexcept {
    (void)run, (void)lane, (void)sequence;
    return false;
  }

 protected:
  SlabSource() = default;
  // `truncations`: how often somebody cut the file that the slabs lie in; outlives the source.
  explicit SlabSource(const std::atomic<std::uint64_t>* truncations) : truncations_(truncations) {}

  // Whether what was cut off left the slab alone.
  virtual bool kept(const Slab&) const noexcept { return true; }

 private:
  const std::atomic<std::uint64_t>* truncations_ = nullptr;
};

// Where the watermarks of acknowledged events are kept.
class WatermarkStore {
 public:
  virtual ~WatermarkStore() = default;
  // The highest sequence of the lane in the run that needs no sending any more. False when it
  // could not be kept; the events may be sent again then.
  virtual bool set_watermark(std::uint32_t run, std::uint32_t lane, std::uint64_t through) = 0;
};

}  // namespace trace::detail::journal
