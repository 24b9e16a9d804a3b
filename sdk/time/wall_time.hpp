// SPDX-License-Identifier: Apache-2.0
// Wall time of stamps. WallTime holds the calibration points, which the keeper adds about once a
// second; StampConverter converts stamps to UTC with them, on the shipper's thread.
//
// The result is monotonic: if the wall clock is behind the last result, time runs at half speed
// until the clock has caught up; if it is ahead by more than a second it jumps, otherwise it speeds
// up. The calibration points are in the journal's header, so that recovery computes the same times.
#pragma once

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

// Converts stamps to UTC, each with the latest point that is not after it, or with the first point.
// Consecutive stamps are usually close, so it keeps the last point that it used. One thread.
class StampConverter {
 public:
  // `points`: oldest first; without any, the result is the epoch.
  void set_points(std::vector<Calibration> points);

  // Nanoseconds since the epoch, UTC.
  std::int64_t wall_ns(std::uint64_t stamp) noexcept {
    const std::uint64_t ticks = stamp - point_.stamp;
    return ticks < valid_for_
               ? point_.wall_ns +
                     static_cast<std::int64_t>(
                         static_cast<double>(static_cast<std::int64_t>(ticks)) * point_.ns_per_tick)
               : find(stamp);
  }

 private:
  // The slow path: finds the stamp's point.
  std::int64_t find(std::uint64_t stamp) noexcept;

  std::vector<Calibration> points_;
  // The point of the last stamp, and the ticks after it for which it holds without overflow.
  Calibration point_{};
  std::uint64_t valid_for_ = 0;
};

}  // namespace trace::detail::time
