// SPDX-License-Identifier: Apache-2.0
#include "session/keeper.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trace::detail::session {
namespace {

using namespace std::chrono_literals;

// Enough for a burst of 100,000 usual events: 12 MiB.
constexpr std::size_t least_large = 24;
constexpr std::size_t most_large = 128;
constexpr std::size_t small_reserve = 64;
// Slabs for so long are ready at the present rate. More would keep a processor busy beside the
// producers.
constexpr auto reserve_time = 8ms;
constexpr auto idle_pause = 128ms;
// The space of a flood is kept this long for the next one.
constexpr auto trim_after = 5s;
constexpr auto look_interval = 5s;
// Because admission depends on the directory's other files.
constexpr auto crowded_look_interval = 200ms;
constexpr unsigned crowded_percent = 60;

// Reads again if something else ran between two clocks.
time::Reading read(time::Clock& clock) {
  constexpr int attempts = 8;
  constexpr std::uint64_t good_enough_ns = 2000;
  time::Reading best{0, 0, 0, UINT64_MAX};
  for (int i = 0; i < attempts && best.uncertainty_ns > good_enough_ns; ++i) {
    const std::uint64_t before = clock.monotonic_ns();
    const std::uint64_t stamp = clock.stamp();
    const std::uint64_t uncertainty = clock.monotonic_ns() - before;
    if (uncertainty < best.uncertainty_ns) best = {stamp, clock.wall_ns(), before, uncertainty};
  }
  return best;
}

}  // namespace

time::Steady::time_point Keeper::step(time::Steady::time_point now) {
  const std::uint64_t taken = pool_.taken();
  const std::uint64_t recent = taken - taken_before_;
  taken_before_ = taken;
  // Small slabs do not count: those of many new runs would reserve 32 times their space.
  const std::uint64_t large_taken = pool_.large_taken();
  const std::uint64_t recent_large = large_taken - large_taken_before_;
  large_taken_before_ = large_taken;
  const auto since_step = std::max<time::Steady::duration>(now - step_before_, 1ms);
  step_before_ = now;
  const std::size_t reserve =
      std::clamp<std::size_t>(recent_large * static_cast<std::uint64_t>(reserve_time / since_step),
                              least_large, most_large);
  bool worked = pool_.replenish(reserve, small_reserve);
  if (recent > 0) {
    busy_until_ = now + trim_after;
  } else if (now >= busy_until_) {
    worked = pool_.trim(least_large, small_reserve) || worked;
  }
  // An idle session's clean pages stay clean: dirty ones would be written back again and again.
  if (now < busy_until_ && pool_.refault()) worked = true;
  if (now >= next_look_) {
    pool_.look_around();
    next_look_ = now + (pool_.used_percent() < crowded_percent
                            ? time::Steady::duration(look_interval)
                            : time::Steady::duration(crowded_look_interval));
  }
  if (now >= next_calibration_) {
    calibrate();
    next_calibration_ = now + 1s;
  }
  pause_ = worked || recent > 0 ? 1ms : std::min(pause_ * 2, std::chrono::milliseconds(idle_pause));
  return now + pause_;
}

void Keeper::calibrate() {
  const std::int64_t jump_ns = wall_time_.calibrate(read(clock_));
  if (jump_ns == 0 || distrusts_stamps_) return;
  distrusts_stamps_ = true;
  clock_.distrust_stamps();
  diagnostics_.report(
      "clock",
      fmt::format(
          "the time stamp counter jumped by {:.3f} s, as on a virtual machine that was moved "
          "or a machine that slept; timestamps of the last second are wrong by that, and "
          "events of different threads in it may be out of order; new sessions of this "
          "process use the monotonic clock",
          static_cast<double>(jump_ns) / 1e9));
}

}  // namespace trace::detail::session
