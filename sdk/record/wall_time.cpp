#include "record/wall_time.hpp"

#include <algorithm>

namespace trace::detail {
namespace {

constexpr double one_second_ns = 1e9;
constexpr double latest_ns = 4e18;

// False for what only damage can have written.
bool makes_sense(const Calibration& point) noexcept {
  const auto wall_ns = static_cast<double>(point.wall_ns);
  return wall_ns >= 0 && wall_ns <= latest_ns && point.ns_per_tick > 0 &&
         point.ns_per_tick <= one_second_ns;
}

}  // namespace

WallTime::WallTime(FileHeader& header, std::uint64_t stamp, std::int64_t wall_ns,
                   double ns_per_tick)
    : header_(header) {
  add({stamp, wall_ns, ns_per_tick});
}

WallTime::WallTime(FileHeader& header) : header_(header), points_(calibrations_of(header)) {}

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
  const std::int64_t told = extrapolate(last, stamp);
  const auto behind = static_cast<double>(wall_ns - told);
  if (behind > one_second_ns) {
    add({stamp, wall_ns, rate});
    return;
  }
  // Make up for the difference within the next second, but never run backwards.
  const double speed = std::clamp(1.0 + behind / one_second_ns, 0.5, 2.0);
  add({stamp, told, rate * speed});
}

void WallTime::add(const Calibration& point) {
  if (points_.size() == max_calibrations) points_.erase(points_.begin());
  points_.push_back(point);
  const std::uint64_t count = header_.calibration_count.load(std::memory_order_relaxed);
  header_.calibrations[count % max_calibrations] = point;
  header_.calibration_count.store(count + 1, std::memory_order_release);
}

std::vector<Calibration> WallTime::points() const {
  const std::lock_guard lock(mutex_);
  return points_;
}

std::vector<Calibration> calibrations_of(const FileHeader& header) {
  const std::uint64_t count = header.calibration_count.load(std::memory_order_acquire);
  const std::uint64_t kept = std::min<std::uint64_t>(count, max_calibrations);
  std::vector<Calibration> points;
  points.reserve(kept);
  for (std::uint64_t i = count - kept; i < count; ++i) {
    const Calibration& point = header.calibrations[i % max_calibrations];
    if (makes_sense(point)) points.push_back(point);
  }
  return points;
}

std::int64_t wall_ns_at(const std::vector<Calibration>& points, std::uint64_t stamp) noexcept {
  if (points.empty()) return 0;
  const auto after = std::upper_bound(
      points.begin(), points.end(), stamp,
      [](std::uint64_t value, const Calibration& point) { return value < point.stamp; });
  return extrapolate(after == points.begin() ? points.front() : *(after - 1), stamp);
}

}  // namespace trace::detail
