// SPDX-License-Identifier: Apache-2.0
// Keeper: prepares populated slabs in advance, recycles returned ones, frees surplus space, and
// calibrates the wall clock, which proves the stamps' counter again (time/wall_time.hpp). Nothing
// waits for it: a producer that finds no slab maps one itself. All of it is in step(), which is
// called by a thread of its own.
#pragma once

#include "journal/slab_pool.hpp"
#include "ship/diagnostics.hpp"
#include "time/clock.hpp"
#include "time/wall_time.hpp"

namespace trace::detail::session {

class Keeper {
 public:
  Keeper(journal::SlabPool& pool, time::WallTime& wall_time, time::Clock& clock,
         ship::Diagnostics& diagnostics)
      : pool_(pool), wall_time_(wall_time), clock_(clock), diagnostics_(diagnostics) {}

  // Does the work that is due; returns when to call it again.
  time::Steady::time_point step(time::Steady::time_point now);

 private:
  void calibrate();

  journal::SlabPool& pool_;
  time::WallTime& wall_time_;
  time::Clock& clock_;
  ship::Diagnostics& diagnostics_;
  time::Steady::time_point next_calibration_{};
  time::Steady::time_point next_look_{};
  time::Steady::time_point busy_until_{};
  time::Steady::time_point step_before_{};
  std::uint64_t taken_before_ = 0;
  std::uint64_t large_taken_before_ = 0;
  std::chrono::milliseconds pause_{1};
  bool distrusts_stamps_ = false;
};

}  // namespace trace::detail::session
