// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <string>

#include "ship/run_registry.hpp"

using namespace trace;
using namespace trace::detail::ship;

TEST_CASE("each of 65,536 runs is found by its id, and no more can be opened") {
  RunRegistry runs;
  bool created = false;
  for (std::uint32_t i = 0; i < detail::journal::max_runs; ++i) {
    const RunInfo* run = runs.open(fmt::format("run-{}", i), {}, created);
    REQUIRE(run != nullptr);
    REQUIRE(created);
    REQUIRE(run->number == i);
  }
  CHECK(runs.open("one more", {}, created) == nullptr);
  CHECK(!created);
  std::size_t wrong = 0;
  for (std::uint32_t i = 0; i < detail::journal::max_runs; ++i) {
    const std::string id = fmt::format("run-{}", i);
    const RunInfo* run = runs.find(id);
    wrong += run == nullptr || run->number != i || run->id != id ? 1 : 0;
    wrong += runs.open(id, {}, created) != run || created ? 1 : 0;
  }
  CHECK(wrong == 0);
  CHECK(runs.find("run-65536") == nullptr);
}

TEST_CASE("a run keeps its own copy of its id and of the first spec") {
  RunRegistry runs;
  bool created = false;
  char id[] = "first";
  RunInfo* run = runs.open(id, {.workflow_id = "w", .total_actions = 3}, created);
  std::memset(id, 'x', sizeof id - 1);
  CHECK(run->id == "first");
  CHECK(runs.open("first", {.workflow_id = "other"}, created) == run);
  CHECK(run->spec->workflow_id == "w");
  CHECK(run->spec->total_actions == 3);
  CHECK(runs.open("second", {}, created)->spec->workflow_id.empty());
}

TEST_CASE("runs of a journal are restored in any order, also if two have one id") {
  RunRegistry runs;
  RunInfo& last = runs.restore(65'535, "last", {.organization_id = "o"});
  RunInfo& early = runs.restore(7, "early");
  RunInfo& twin = runs.restore(9, "early");
  CHECK(last.number == 65'535);
  CHECK(&runs.restore(65'535, "another id") == &last);
  CHECK(last.id == "last");
  CHECK(last.spec->organization_id == "o");
  CHECK(&twin != &early);
  CHECK(twin.number == 9);
  CHECK(runs.find("early") == &early);
  CHECK(runs.awaiting_cancellation().empty());
}

TEST_CASE("only runs with callbacks wait for a cancellation, which is remembered without one") {
  RunRegistry runs;
  bool created = false;
  runs.open("quiet", {}, created);
  RunInfo* waiting = runs.open("waiting", {}, created);
  RunInfo* cancelled = runs.open("cancelled", {}, created);
  int calls = 0;
  const auto callback = waiting->cancellation.subscribe([&] { ++calls; });
  CHECK(runs.awaiting_cancellation() == std::vector<RunInfo*>{waiting});
  waiting->cancellation.announce();
  CHECK(calls == 1);
  CHECK(runs.awaiting_cancellation().empty());
  cancelled->cancellation.announce();
  const auto late = cancelled->cancellation.subscribe([&] { ++calls; });
  CHECK(calls == 2);
}
