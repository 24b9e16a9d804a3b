// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <deque>
#include <string>
#include <vector>

#include "journal/file.hpp"
#include "session/keeper.hpp"

using namespace trace;
using namespace trace::detail;

namespace {

// Whatever time it is, as the test says.
class SetClock final : public time::Clock {
 public:
  time::Steady::time_point now() override { return now_; }
  std::int64_t wall_ns() override { return 1'760'356'800'000'000'000 + passed_; }
  std::uint64_t stamp() override { return static_cast<std::uint64_t>(1'000'000 + passed_ + jump); }
  std::uint64_t monotonic_ns() override {
    const std::int64_t now = passed_;
    if (!interruptions.empty()) {
      passed_ += interruptions.front();
      interruptions.pop_front();
    }
    return static_cast<std::uint64_t>(now);
  }
  void distrust_stamps() override { ++distrusted; }
  void advance(std::chrono::milliseconds by) {
    now_ += by;
    passed_ += std::chrono::nanoseconds(by).count();
  }

  std::int64_t jump = 0;
  int distrusted = 0;
  std::deque<std::int64_t> interruptions;  // how much time passes after each reading

 private:
  time::Steady::time_point now_{std::chrono::hours(1)};
  std::int64_t passed_ = 0;
};

struct Kept {
  std::vector<std::string> reported;
  std::unique_ptr<journal::JournalFile> file =
      journal::JournalFile::in_memory({"S", "test", ""}, std::uint64_t{256} << 20);
  journal::SlabPool pool{*file, std::uint64_t{256} << 20};
  SetClock clock;
  ship::Diagnostics diagnostics{
      [this](const Diagnostic& diagnostic) {
        reported.push_back(std::string(diagnostic.reason) + ": " + std::string(diagnostic.text));
      },
      clock};
  time::WallTime wall_time{file->header().calibrations, clock.stamp(), clock.wall_ns(), 1.0};
  session::Keeper keeper{pool, wall_time, clock, diagnostics};

  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      clock.advance(std::chrono::seconds(1));
      keeper.step(clock.now());
    }
  }
};

}  // namespace

TEST_CASE("small slabs that are taken do not raise the reserve of large ones") {
  Kept kept;
  kept.keeper.step(kept.clock.now());
  const std::uint64_t ready = kept.pool.ready_now();
  const auto take = [&](journal::SlabSize size) {
    for (int i = 0; i < 16; ++i) REQUIRE(kept.pool.take(size) != nullptr);
    kept.keeper.step(kept.clock.now());
  };
  for (int step = 0; step < 4; ++step) take(journal::SlabSize::small);
  CHECK(kept.pool.ready_now() == ready);
  take(journal::SlabSize::large);
  CHECK(kept.pool.ready_now() > ready);
}

TEST_CASE("a counter that jumps is reported once, and distrusted") {
  Kept kept;
  kept.pass(5);
  CHECK(kept.reported.empty());
  kept.clock.jump = -500'000'000;
  kept.pass(1);
  REQUIRE(kept.reported.size() == 1);
  CHECK(kept.reported[0].starts_with("clock: the time stamp counter jumped by -0.500 s"));
  CHECK(kept.clock.distrusted == 1);
  kept.pass(120);
  kept.clock.jump += 3'000'000'000;
  kept.pass(120);
  CHECK(kept.reported.size() == 1);
}

TEST_CASE("an interrupted reading of the clocks is repeated") {
  Kept kept;
  kept.pass(5);
  const std::int64_t late = 300'000'000;
  kept.clock.interruptions = {late};
  kept.pass(5);
  CHECK(kept.reported.empty());
  const auto points = kept.wall_time.points();
  CHECK(std::abs(points.back().ns_per_tick - 1.0) < 0.001);
}
