// SPDX-License-Identifier: Apache-2.0
#include "time/wall_time.hpp"

#include <algorithm>
#include <utility>

namespace trace::detail::time {
namespace {

constexpr double one_second_ns = 1e9;
constexpr double latest_ns = 4e18;

// False for values that only damage can explain.
bool makes_sense(const Calibration& point) noexcept {
  const auto wall_ns = static_cast<double>(point.wall_ns);
  return wall_ns >= 0 && wall_ns <= latest_ns && point.ns_per_tick > 0 &&
         point.ns_per_tick <= one_second_ns;
}

// UTC at the stamp, by this point.
std::int64_t extrapolate(const Calibration& point, std::uint64_t stamp) noexcept {
  // 126 years: a valid point plus this distance does not overflow.
  constexpr double farthest_ns = 4e18;
  const auto ticks = static_cast<std::int64_t>(stamp - point.stamp);
  const double ns = static_cast<double>(ticks) * point.ns_per_tick;
  return point.wall_ns + static_cast<std::int64_t>(std::clamp(ns, -farthest_ns, farthest_ns));
}

}  // namespace

WallTime::WallTime(Calibrations& kept, std::uint64_t stamp, std::int64_t wall_ns,
                   double ns_per_tick)
    : kept_(kept) {
  add({stamp, wall_ns, ns_per_tick});
}

WallTime::WallTime(Calibrations& kept) : kept_(kept), points_(calibrations_of(kept)) {}

void WallTime::calibrate(std::uint64_t stamp, std::int64_t wall_ns, std::uint64_t monotonic_ns) {
  const std::lock_guard lock(mutex_);
  const Calibration last = points_.back();
  double rate = last.ns_per_tick;
  if (first_monotonic_ns_ == 0) {
    first_stamp_ = stamp;
    first_monotonic_ns_ = monotonic_ns;
  } else if (stamp > first_stamp_ && monotonic_ns > first_monotonic_ns_) {
    rate = static_cast<double>(monotonic_ns - first_monotonic_ns_) /
           static_cast<double>(stamp - first_stamp_);
  }
  const std::int64_t predicted = extrapolate(last, stamp);
  const auto behind = static_cast<double>(wall_ns - predicted);
  if (behind > one_second_ns) {
    add({stamp, wall_ns, rate});
    return;
  }
  // Correct the difference within the next second, but never run backwards.
  const double speed = std::clamp(1.0 + behind / one_second_ns, 0.5, 2.0);
  add({stamp, predicted, rate * speed});
}

void WallTime::add(const Calibration& point) {
  if (points_.size() == Calibrations::capacity) points_.erase(points_.begin());
  points_.push_back(point);
  const std::uint64_t count = kept_.count.load(std::memory_order_relaxed);
  kept_.points[count % Calibrations::capacity] = point;
  kept_.count.store(count + 1, std::memory_order_release);
}

std::vector<Calibration> WallTime::points() const {
  const std::lock_guard lock(mutex_);
  return points_;
}

std::vector<Calibration> calibrations_of(const Calibrations& kept) {
  const std::uint64_t count = kept.count.load(std::memory_order_acquire);
  const std::uint64_t size = std::min<std::uint64_t>(count, Calibrations::capacity);
  std::vector<Calibration> points;
  points.reserve(size);
  for (std::uint64_t i = count - size; i < count; ++i) {
    const Calibration& point = kept.points[i % Calibrations::capacity];
    if (makes_sense(point)) points.push_back(point);
  }
  return points;
}

void StampConverter::set_points(std::vector<Calibration> points) {
  points_ = std::move(points);
  valid_for_ = 0;
}

std::int64_t StampConverter::find(std::uint64_t stamp) noexcept {
  constexpr std::uint64_t most_ticks = 86'400'000'000'000;
  constexpr double slowest_tick_ns = 1000;  // 64 bits of nanoseconds hold that many
  const auto next = std::upper_bound(
      points_.begin(), points_.end(), stamp,
      [](std::uint64_t value, const Calibration& point) { return value < point.stamp; });
  const bool before_all = next == points_.begin();
  point_ = points_.empty() ? Calibration{} : before_all ? points_.front() : *(next - 1);
  valid_for_ = 0;
  if (!before_all && point_.ns_per_tick < slowest_tick_ns) {
    const std::uint64_t until_next =
        (next == points_.end() ? UINT64_MAX : next->stamp) - point_.stamp;
    valid_for_ = std::min(until_next, most_ticks);
  }
  return extrapolate(point_, stamp);
}

}  // namespace trace::detail::time
