// Keeper: keeps populated slabs ready ahead of need, recycles those that came back, gives surplus
// space back to the disk, and calibrates the wall clock. Nobody waits for it: a producer that finds
// no slab maps one itself. All of it is in step(), which a thread of its own calls.
#pragma once

#include "journal/slab_pool.hpp"
#include "time/clock.hpp"
#include "time/wall_time.hpp"

namespace trace::detail {

class Keeper {
 public:
  Keeper(SlabPool& pool, WallTime& wall_time, Clock& clock)
      : pool_(pool), wall_time_(wall_time), clock_(clock) {}

  // Does what is to be done; answers when to come again.
  Steady::time_point step(Steady::time_point now);

 private:
  SlabPool& pool_;
  WallTime& wall_time_;
  Clock& clock_;
  Steady::time_point next_calibration_{};
  Steady::time_point next_look_{};
  Steady::time_point busy_until_{};
  std::uint64_t taken_before_ = 0;
  std::chrono::milliseconds pause_{1};
};

}  // namespace trace::detail
