// SPDX-License-Identifier: Apache-2.0
// Wall time of stamps. WallTime holds the calibration points, which the keeper adds about once a
// second; StampConverter converts stamps to UTC with them, on the shipper's thread.
//
// The result is monotonic: if the wall clock is behind the last result, time runs at half speed
// until the clock has caught up; if it is ahead by more than a second it jumps, otherwise it speeds
// up. The calibration points are in the journal's header, so that recovery computes the same times.
//
// Each calibration also proves the counter behind the stamps, against CLOCK_MONOTONIC: its rate may
// differ by two parts in a thousand from what was measured before (NTP changes CLOCK_MONOTONIC's by
// half a part at most) and by what the readings leave uncertain. A counter that jumped, because the
// virtual machine was moved or restored or the machine slept, is found within a second. From then
// on times are right again; those of the events in between are wrong by the jump. A counter that
// went back leaves stamps that it reaches again only later: shippers must not wait for that.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace trace::detail::time {

// From `stamp` on, wall time is `wall_ns` + (stamp - this stamp) * ns_per_tick.
struct Calibration {
  std::uint64_t stamp;
  std::int64_t wall_ns;
  double ns_per_tick;
};

// The clocks at one moment, as far as that is possible.
struct Reading {
  std::uint64_t stamp;
  std::int64_t wall_ns;
  std::uint64_t monotonic_ns;
  std::uint64_t
      uncertainty_ns;  // the stamp was taken in the so many nanoseconds after monotonic_ns
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

  // Adds a point. Returns how far the counter jumped, in nanoseconds: 0 if the reading agrees with
  // those before. Keeper's thread.
  std::int64_t calibrate(const Reading& reading);

  // The points, in the order of their stamps. Any thread.
  std::vector<Calibration> points() const;

  // Once after the counter has gone back: a stamp above all that were taken before. Otherwise 0.
  // Any thread.
  std::uint64_t take_abandoned_stamp() noexcept {
    return abandoned_stamp_.load(std::memory_order_relaxed) == 0 ? 0 : abandoned_stamp_.exchange(0);
  }

 private:
  void add(const Calibration& point);
  std::int64_t jump_until(const Reading& reading) const;
  // Wall time at the reading, if nothing but the stamps said how much time has passed. Never before
  // what was converted already.
  std::int64_t predicted(const Reading& reading, std::int64_t jump) const;

  mutable std::mutex mutex_;
  Calibrations& kept_;               // holds a copy, which a truncation may destroy
  std::vector<Calibration> points_;  // oldest first
  // Since the session began, or the counter jumped.
  std::optional<Reading> first_reading_;
  std::optional<Reading> last_reading_;
  double rate_;  // nanoseconds of a tick
  std::atomic<std::uint64_t> abandoned_stamp_{0};
};

// The valid points of a journal, in the order of their stamps.
std::vector<Calibration> calibrations_of(const Calibrations& kept);

// Converts stamps to UTC, each with the latest point that is not after it, or with the first point.
// Consecutive stamps are usually close, so it keeps the last point that it used. One thread.
class StampConverter {
 public:
  // `points`: in the order of their stamps; without any, the result is the epoch.
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
