// WallTime: from stamps to UTC. The keeper calibrates about once a second; the shipper converts.
//
// The result never steps back: when the wall clock is behind what was already told, time goes on
// at half speed until the clock has caught up; when it is ahead by more than a second it jumps,
// by less it speeds up. The points lie in the journal's header, so that a recovering process
// computes the same times.
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

// The last points, a ring, as they lie in a journal's header.
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
  Calibrations& kept_;  // gets a copy; it may be destroyed by somebody who truncates the file
  std::vector<Calibration> points_;
  std::uint64_t first_stamp_ = 0;
  std::uint64_t first_monotonic_ns_ = 0;
};

// The valid points of a journal, oldest first.
std::vector<Calibration> calibrations_of(const Calibrations& kept);

// UTC at the stamp, as the point has it.
inline std::int64_t extrapolate(const Calibration& point, std::uint64_t stamp) noexcept {
  // 126 years: a point that makes sense plus such a distance is still a number of nanoseconds.
  constexpr double farthest_ns = 4e18;
  const auto ticks = static_cast<std::int64_t>(stamp - point.stamp);
  const double ns = static_cast<double>(ticks) * point.ns_per_tick;
  return point.wall_ns + static_cast<std::int64_t>(std::clamp(ns, -farthest_ns, farthest_ns));
}

// Converts with the latest point that is not after the stamp (else with the first). `points` is
// not empty.
std::int64_t wall_ns_at(const std::vector<Calibration>& points, std::uint64_t stamp) noexcept;

}  // namespace trace::detail::time
