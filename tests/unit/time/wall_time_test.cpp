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
      CHECK(time.calibrate({stamp, wall + clock_error, stamp, 0}) == 0);
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

namespace {

// A counter that the test lets jump, beside a wall clock and a monotonic clock that are right. Each
// second is a calibration.
class Counter {
 public:
  // How far the calibration found that the counter had jumped.
  std::int64_t tick(std::int64_t jump = 0, double ticks_of_ns = 2.0, std::uint64_t uncertain = 0) {
    stamp_ += static_cast<std::uint64_t>(static_cast<double>(second) * ticks_of_ns +
                                         2.0 * static_cast<double>(jump));
    wall_ += second;
    monotonic_ += static_cast<std::uint64_t>(second);
    return time_.calibrate({stamp_, wall_, monotonic_, uncertain});
  }
  std::uint64_t stamp() const { return stamp_; }
  std::int64_t wall() const { return wall_; }
  std::int64_t converted(std::uint64_t stamp) const {
    const std::int64_t now = converter_of(time_.points()).wall_ns(stamp);
    CHECK(converter_of(WallTime(kept_).points()).wall_ns(stamp) == now);  // as recovery does
    return now;
  }
  bool is_right(std::int64_t within = 1'000'000) const {
    return std::abs(converted(stamp_) - wall_) < within &&
           std::abs(converted(stamp_ + 2 * second) - wall_ - second) < within;
  }
  WallTime& time() { return time_; }

 private:
  std::uint64_t stamp_ = 4'000'000 * std::uint64_t{second};
  std::int64_t wall_ = 1'000'000 * second;
  std::uint64_t monotonic_ = 777 * std::uint64_t{second};
  mutable Calibrations kept_{};
  WallTime time_{kept_, stamp_, wall_, 0.5};
};

constexpr std::int64_t ten_days = 864'000 * second;

}  // namespace

TEST_CASE("a counter that jumps forwards is found, and its rate stays") {
  Counter counter;
  for (int i = 0; i < 5; ++i) REQUIRE(counter.tick() == 0);
  const std::int64_t before = counter.converted(counter.stamp());
  CHECK(counter.tick(second / 2) == second / 2);
  CHECK(counter.converted(counter.stamp()) >
        before);  // half a second ahead, and slower from now on
  CHECK(counter.tick() == 0);
  CHECK(counter.tick() == 0);
  CHECK(counter.is_right());
  CHECK(counter.time().take_abandoned_stamp() == 0);
}

TEST_CASE("a counter that jumps far forwards costs the times of one second") {
  for (const std::int64_t by : {5 * second, ten_days}) {
    Counter counter;
    for (int i = 0; i < 5; ++i) REQUIRE(counter.tick() == 0);
    CHECK(std::abs(counter.tick(by) - by) < 1000);
    CHECK(counter.is_right());
    CHECK(counter.tick() == 0);
    CHECK(counter.is_right());
  }
}

TEST_CASE("a counter that goes back is found: later times are right and so are earlier ones") {
  for (const std::int64_t by : {5 * second, ten_days}) {
    Counter counter;
    for (int i = 0; i < 5; ++i) REQUIRE(counter.tick() == 0);
    const std::uint64_t earlier = counter.stamp() + 1000;
    const std::int64_t its_time = counter.converted(earlier);
    const std::int64_t found = counter.tick(-by);
    CHECK(std::abs(found + by) < 1000);
    CHECK(counter.is_right());
    CHECK(counter.time().take_abandoned_stamp() > earlier);
    CHECK(counter.time().take_abandoned_stamp() == 0);
    std::int64_t last = 0;
    for (int i = 0; i < 200; ++i) {
      // A counter that went back by little comes to the same stamps again.
      if (by == ten_days && i < 50) CHECK(counter.converted(earlier) == its_time);
      CHECK(counter.tick() == 0);
      CHECK(counter.is_right());
      CHECK(counter.converted(counter.stamp()) > last);
      last = counter.converted(counter.stamp());
    }
  }
}

TEST_CASE("a counter whose rate changes is found and measured again") {
  Counter counter;
  for (int i = 0; i < 5; ++i) REQUIRE(counter.tick() == 0);
  CHECK(counter.tick(0, 2.02) == second / 100);
  for (int i = 0; i < 5; ++i) CHECK(counter.tick(0, 2.02) == 0);
  const std::int64_t now = counter.converted(counter.stamp());
  CHECK(std::abs(counter.converted(counter.stamp() + 202 * std::uint64_t{second}) - now -
                 100 * second) < second / 10);
}

TEST_CASE("what NTP and an interrupted reading explain is no jump") {
  Counter counter;
  for (int i = 0; i < 5; ++i) REQUIRE(counter.tick() == 0);
  for (int i = 0; i < 20; ++i) CHECK(counter.tick(0, 2.0 * (i % 2 == 0 ? 1.0005 : 0.9995)) == 0);
  constexpr std::int64_t millisecond = 1'000'000;
  CHECK(counter.tick(20 * millisecond, 2.0, 20 * millisecond) == 0);
  CHECK(counter.tick(-20 * millisecond) == 0);
  CHECK(counter.tick(20 * millisecond) != 0);
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
