// SPDX-License-Identifier: Apache-2.0
// WallTime: converts stamps to UTC. The keeper calibrates about once a second; the shipper
// converts.
//
// The result is monotonic: if the wall clock is behind the last result, time runs at half speed
// until the clock has caught up; if it is ahead by more than a second it jumps, otherwise it speeds
// up. The calibration points are in the journal's header, so that recovery computes the same times.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace trace::detail::time {

// From `stamp` on, wall time is `wall_ns` + (stamp - this stamp) * ns_per_tick.
struct Calibration {
  std::uint64_t stamp;
  std::int64_t wall_ns;
  double ns_per_tick;
};

// The last points, a ring; part of a journal's header.
struct Calibrations {
  static constexpr std::size_t capacity = 64;

  std::atomic<std::uint64_t> count;
  Calibration points[capacity];
};
static_assert(sizeof(Calibrations) == 8 + Calibrations::capacity * 24);

class WallTime {
 public:
  // `kept` outlives this object. `ns_per_tick` is a first estimate.
  WallTime(Calibrations& kept, std::uint64_t stamp, std::int64_t wall_ns, double ns_per_tick);

  // Takes over the points of a journal.
  explicit WallTime(Calibrations& kept);

  // Adds a point. `monotonic_ns` measures the ticks' length. Keeper's thread.
  void calibrate(std::uint64_t stamp, std::int64_t wall_ns, std::uint64_t monotonic_ns);

  // The points, oldest first. Any thread.
  std::vector<Calibration> points() const;

 private:
  void add(const Calibration& point);

  mutable std::mutex mutex_;
  Calibrations& kept_;  // holds a copy, which a truncation may destroy
  std::vector<Calibration> points_;
  std::uint64_t first_stamp_ = 0;
  std::uint64_t first_monotonic_ns_ = 0;
};

// The valid points of a journal, oldest first.
std::vector<Calibration> calibrations_of(const Calibrations& kept);

// UTC at the stamp, by this point.
inline std::int64_t extrapolate(const Calibration& point, std::uint64_t stamp) noexcept {
  // 126 years: a valid point plus this distance does not overflow.
  constexpr double farthest_ns = 4e18;
  const auto ticks = static_cast<std::int64_t>(stamp - point.stamp);
  const double ns = static_cast<double>(ticks) * point.ns_per_tick;
  return point.wall_ns + static_cast<std::int64_t>(std::clamp(ns, -farthest_ns, farthest_ns));
}

}  // namespace trace::detail::time
