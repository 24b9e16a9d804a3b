// SPDX-License-Identifier: Apache-2.0
// A run that the backend does not take waits in the journal, out of everybody's way.
#include <doctest/doctest.h>
#include <malloc.h>

#include "unit/ship/rig.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

// Takes every run but the stalled one.
auto all_but(const std::string& stalled) {
  return [stalled](const Batch& batch) {
    SendResult result = acknowledge_all(batch);
    std::erase_if(result.runs, [&](const auto& run) { return run.run_id == stalled; });
    return result;
  };
}

}  // namespace

TEST_CASE("a stalled run keeps neither slabs nor memory, and is delivered in order later") {
  Rig rig;
  rig.transport.always = all_but("stalled");
  detail::ship::RunInfo& stalled = rig.run("stalled");
  detail::ship::RunInfo& other = rig.run("other");
  const std::string text(200, 'x');
  constexpr int rounds = 1500;
  const auto heap_before = mallinfo2().uordblks;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < 20; ++i) rig.record(0, stalled, std::to_string(round * 20 + i) + text);
    rig.record(0, other, "o");
    if (round % 10 == 9) rig.run_steps(3);
    rig.pool.replenish(4, 4);
  }
  rig.run_steps(20);
  CHECK(rig.transport.stored["other"].size() == rounds);
  CHECK(rig.transport.stored["stalled"].empty());
  // 30,000 events of 200 bytes: none of it on the heap, and the slabs they came in are free again.
  CHECK(mallinfo2().uordblks - heap_before < 4 << 20);
  CHECK(rig.file->bytes() < 32 << 20);

  rig.transport.always = nullptr;
  rig.shipper->request_flush(rig.clock.stamp(), rig.clock.now() + std::chrono::hours(1));
  rig.run_steps(400);
  const auto& stored = rig.transport.stored["stalled"];
  REQUIRE(stored.size() == rounds * 20);
  for (std::size_t i = 1; i < stored.size(); ++i) CHECK(stored[i - 1] < stored[i]);
  rig.pool.replenish(0, 0);
  CHECK(rig.pool.used_percent() <= 1);
}

TEST_CASE("many stalled runs neither delay the others nor fill the memory") {
  Rig rig;
  rig.transport.always = [](const Batch& batch) {
    SendResult result = acknowledge_all(batch);
    std::erase_if(result.runs, [](const auto& run) { return run.run_id.starts_with("stalled"); });
    return result;
  };
  detail::ship::RunInfo& other = rig.run("other");
  std::vector<detail::ship::RunInfo*> stalled;
  for (int i = 0; i < 100; ++i) stalled.push_back(&rig.run("stalled" + std::to_string(i)));
  const std::string text(1000, 'x');
  const auto heap_before = mallinfo2().uordblks;
  for (int round = 0; round < 100; ++round) {
    for (detail::ship::RunInfo* run : stalled) rig.record(0, *run, text);
    rig.record(0, other, "o");
    rig.run_steps(3);
    rig.pool.replenish(4, 4);
  }
  rig.run_steps(5);
  CHECK(rig.transport.stored["other"].size() == 100);
  CHECK(mallinfo2().uordblks - heap_before < 8 << 20);
  rig.transport.always = nullptr;
  rig.shipper->request_flush(rig.clock.stamp(), rig.clock.now() + std::chrono::hours(1));
  rig.run_steps(400);
  for (detail::ship::RunInfo* run : stalled)
    CHECK(rig.transport.stored[std::string(run->id)].size() == 100);
}
