// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "journal/file.hpp"
#include "session/keeper.hpp"

using namespace trace;
using namespace trace::detail;

TEST_CASE("small slabs that are taken do not raise the reserve of large ones") {
  const auto file = journal::JournalFile::in_memory({"S", "test", ""}, std::uint64_t{256} << 20);
  journal::SlabPool pool(*file, std::uint64_t{256} << 20);
  time::SystemClock clock(StampSource::monotonic);
  time::WallTime wall_time(file->header().calibrations, clock.stamp(), clock.wall_ns(), 1.0);
  session::Keeper keeper(pool, wall_time, clock);
  keeper.step(clock.now());
  const std::uint64_t ready = pool.ready_now();
  const auto take = [&](journal::SlabSize size) {
    for (int i = 0; i < 16; ++i) REQUIRE(pool.take(size) != nullptr);
    keeper.step(clock.now());
  };
  for (int step = 0; step < 4; ++step) take(journal::SlabSize::small);
  CHECK(pool.ready_now() == ready);
  take(journal::SlabSize::large);
  CHECK(pool.ready_now() > ready);
}
