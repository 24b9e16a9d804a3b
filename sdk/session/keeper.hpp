// SPDX-License-Identifier: Apache-2.0
// Keeper: prepares populated slabs in advance, recycles returned ones, frees surplus space, and
// calibrates the wall clock. Nothing waits for it: a producer that finds no slab maps one itself.
// All of it is in step(), which is called by a thread of its own.
#pragma once

#include "journal/slab_pool.hpp"
#include "time/clock.hpp"
#include "time/wall_time.hpp"

namespace trace::detail {

class Keeper {
 public:
  Keeper(SlabPool& pool, WallTime& wall_time, Clock& clock)
      : pool_(pool), wall_time_(wall_time), clock_(clock) {}

  // Does the work that is due; returns when to call it again.
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
