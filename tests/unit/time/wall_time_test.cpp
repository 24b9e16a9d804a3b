// SPDX-License-Identifier: Apache-2.0
// WallTime and StampConverter: the calibration points and the conversion with them, as the keeper,
// the shipper and recovery use them.
#include "time/wall_time.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <utility>

namespace trace::detail::time {
namespace {

constexpr std::int64_t second = 1'000'000'000;

StampConverter converter_of(std::vector<Calibration> points) {
  StampConverter converter;
  converter.set_points(std::move(points));
  return converter;
}

}  // namespace

TEST_CASE("wall time follows the clock and never steps back") {
  Calibrations kept{};
  std::int64_t wall = 1'000 * second;
  std::uint64_t stamp = 5'000;
  WallTime time(kept, stamp, wall, 1.0);
  StampConverter converter;
  std::vector<std::pair<std::uint64_t, std::int64_t>> converted;
  std::int64_t observed = 0;
  std::int64_t furthest_behind = 0;
  const auto pass = [&](int seconds, std::int64_t clock_error) {
    for (int i = 0; i < seconds; ++i) {
      stamp += static_cast<std::uint64_t>(second);
      wall += second;
      time.calibrate(stamp, wall + clock_error, stamp);
      converter.set_points(time.points());
      for (std::uint64_t offset = 0; offset < 10; ++offset) {
        const std::uint64_t at = stamp + offset * 100'000'000;
        const std::int64_t now = converter.wall_ns(at);
        CHECK(now > observed);
        observed = now;
        converted.emplace_back(at, now);
      }
      furthest_behind = wall + clock_error - converter.wall_ns(stamp);
    }
  };
  pass(5, 0);
  CHECK(std::abs(furthest_behind) < 1'000'000);
  pass(5, 3600 * second);  // the clock jumps forwards: so does the time
  CHECK(std::abs(furthest_behind) < 1'000'000);
  pass(5, 3590 * second);  // and steps back: time slows down until the clock has caught up
  CHECK(furthest_behind < 0);
  pass(45, 3590 * second);
  CHECK(std::abs(furthest_behind) < 1'000'000);

  // Later points do not change the time of a stamp, nor does recovery.
  StampConverter recovered = converter_of(WallTime(kept).points());
  for (const auto& [at, now] : converted) {
    CHECK(converter.wall_ns(at) == now);
    CHECK(recovered.wall_ns(at) == now);
  }
}

TEST_CASE("a stamp is converted with the latest point that is not after it") {
  const std::vector<Calibration> points = {
      {1'000, 10 * second, 1.0}, {2'000, 20 * second, 2.0}, {5'000, 30 * second, 0.5}};
  constexpr std::pair<std::uint64_t, std::int64_t> expected[] = {
      {0, 10 * second - 1'000},     {999, 10 * second - 1}, {1'000, 10 * second},
      {1'999, 10 * second + 999},   {2'000, 20 * second},   {2'001, 20 * second + 2},
      {4'999, 20 * second + 5'998}, {5'000, 30 * second},   {7'000, 30 * second + 1'000}};
  // The result does not depend on the stamp that was converted before.
  for (const auto& [before, its_wall_ns] : expected) {
    for (const auto& [stamp, wall_ns] : expected) {
      StampConverter converter = converter_of(points);
      CHECK(converter.wall_ns(before) == its_wall_ns);
      CHECK(converter.wall_ns(stamp) == wall_ns);
    }
  }
}

TEST_CASE("new points replace the old ones") {
  StampConverter converter = converter_of({{1'000, 10 * second, 1.0}});
  CHECK(converter.wall_ns(3'000) == 10 * second + 2'000);
  converter.set_points({{1'000, 10 * second, 1.0}, {2'000, 20 * second, 1.0}});
  CHECK(converter.wall_ns(3'000) == 20 * second + 1'000);
}

TEST_CASE("no stamp overflows the wall time, and without points it is the epoch") {
  constexpr std::int64_t now = 1'000'000'000 * second;
  constexpr std::int64_t farthest = 4'000'000'000 * second;
  StampConverter fast = converter_of({{0, now, 1.0}});
  CHECK(fast.wall_ns(1) == now + 1);
  CHECK(fast.wall_ns(UINT64_MAX / 4) == now + farthest);
  CHECK(fast.wall_ns(UINT64_MAX / 2 + 1) == now - farthest);
  StampConverter slow = converter_of({{0, now, 1e9}});
  CHECK(slow.wall_ns(1) == now + second);
  CHECK(slow.wall_ns(1'000'000'000'000) == now + farthest);
  CHECK(StampConverter().wall_ns(1'000) == 0);
}

}  // namespace trace::detail::time
