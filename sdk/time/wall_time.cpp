// SPDX-License-Identifier: Apache-2.0
#include "time/wall_time.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace trace::detail::time {
namespace {

constexpr double one_second_ns = 1e9;
constexpr double latest_ns = 4e18;
// Two parts in a thousand.
constexpr double parts_of_bound = 500;

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

// The points, oldest first, in the order of their stamps. After the counter has gone back, points
// of the time before convert the stamps of that time, which are above those of now. They are left
// out once the counter comes near them, at most a minute (as many points as there are) before.
std::vector<Calibration> ordered(std::vector<Calibration> points) {
  const auto by_stamp = [](const Calibration& a, const Calibration& b) {
    return a.stamp < b.stamp;
  };
  if (std::is_sorted(points.begin(), points.end(), by_stamp)) return points;
  const Calibration& newest = points.back();
  const double ticks = 2 * one_second_ns * Calibrations::capacity / newest.ns_per_tick;
  const std::uint64_t near = newest.stamp + static_cast<std::uint64_t>(std::min(ticks, latest_ns));
  std::vector<Calibration> kept;
  std::uint64_t least = UINT64_MAX;
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    if (point->stamp < least || point->stamp > near) kept.push_back(*point);
    least = std::min(least, point->stamp);
  }
  std::sort(kept.begin(), kept.end(), by_stamp);
  return kept;
}

}  // namespace

WallTime::WallTime(Calibrations& kept, std::uint64_t stamp, std::int64_t wall_ns,
                   double ns_per_tick)
    : kept_(kept), rate_(ns_per_tick) {
  add({stamp, wall_ns, ns_per_tick});
}

WallTime::WallTime(Calibrations& kept)
    : kept_(kept),
      points_(calibrations_of(kept)),
      rate_(points_.empty() ? 1.0 : points_.back().ns_per_tick) {}

std::int64_t WallTime::calibrate(const Reading& reading) {
  const std::lock_guard lock(mutex_);
  const std::int64_t jump = jump_until(reading);
  const std::int64_t now = predicted(reading, jump);
  if (jump != 0 || !first_reading_) {
    first_reading_ = reading;
  } else if (reading.stamp > first_reading_->stamp) {
    rate_ = static_cast<double>(reading.monotonic_ns - first_reading_->monotonic_ns) /
            static_cast<double>(reading.stamp - first_reading_->stamp);
  }
  if (last_reading_ && reading.stamp < last_reading_->stamp) {
    const auto passed = static_cast<double>(reading.monotonic_ns - last_reading_->monotonic_ns);
    abandoned_stamp_ = last_reading_->stamp + static_cast<std::uint64_t>(2 * passed / rate_);
  }
  last_reading_ = reading;
  const auto behind = static_cast<double>(reading.wall_ns - now);
  // After a jump forward the times since then are wrong either way.
  if (behind > one_second_ns || (jump > 0 && behind < -one_second_ns)) {
    add({reading.stamp, reading.wall_ns, rate_});
    return jump;
  }
  // Correct the difference within the next second, but never run backwards.
  const double speed = std::clamp(1.0 + behind / one_second_ns, 0.5, 2.0);
  add({reading.stamp, now, rate_ * speed});
  return jump;
}

std::int64_t WallTime::jump_until(const Reading& reading) const {
  // The first two readings after a start or a jump measure the rate, which the third one is the
  // first to prove; but no rate explains a counter that went back.
  if (!last_reading_) return 0;
  const bool went_back = reading.stamp < last_reading_->stamp;
  if (first_reading_->stamp == last_reading_->stamp && !went_back) return 0;
  const auto ticks = static_cast<std::int64_t>(reading.stamp - last_reading_->stamp);
  const auto passed = static_cast<double>(reading.monotonic_ns - last_reading_->monotonic_ns);
  const double jump = static_cast<double>(ticks) * rate_ - passed;
  const auto uncertain =
      static_cast<double>(reading.uncertainty_ns + last_reading_->uncertainty_ns);
  if (!went_back && std::abs(jump) <= passed / parts_of_bound + uncertain) return 0;
  return static_cast<std::int64_t>(std::clamp(jump, -latest_ns, latest_ns));
}

std::int64_t WallTime::predicted(const Reading& reading, std::int64_t jump) const {
  const Calibration& last = points_.back();
  if (jump >= 0) return extrapolate(last, reading.stamp);
  const auto passed = static_cast<double>(reading.monotonic_ns - last_reading_->monotonic_ns);
  return last.wall_ns + static_cast<std::int64_t>(passed * last.ns_per_tick / rate_);
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
  return ordered(points_);
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
  return ordered(std::move(points));
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
