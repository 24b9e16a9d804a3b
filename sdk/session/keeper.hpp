// SPDX-License-Identifier: Apache-2.0
// Keeper: prepares populated slabs in advance, recycles returned ones, frees surplus space, and
// calibrates the wall clock. Nothing waits for it: a producer that finds no slab maps one itself.
// All of it is in step(), which is called by a thread of its own.
#pragma once

#include "journal/slab_pool.hpp"
#include "time/clock.hpp"
#include "time/wall_time.hpp"

namespace trace::detail::session {

class Keeper {
 public:
  Keeper(journal::SlabPool& pool, time::WallTime& wall_time, time::Clock& clock)
      : pool_(pool), wall_time_(wall_time), clock_(clock) {}

  // Does the work that is due; returns when to call it again.
  time::Steady::time_point step(time::Steady::time_point now);

 private:
  journal::SlabPool& pool_;
  time::WallTime& wall_time_;
  time::Clock& clock_;
  time::Steady::time_point next_calibration_{};
  time::Steady::time_point next_look_{};
  time::Steady::time_point busy_until_{};
  std::uint64_t taken_before_ = 0;
  std::uint64_t large_taken_before_ = 0;
  std::chrono::milliseconds pause_{1};
};

}  // namespace trace::detail::session
