// SPDX-License-Identifier: Apache-2.0
#include "time/wall_time.hpp"

#include <algorithm>

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

}  // namespace trace::detail::time
