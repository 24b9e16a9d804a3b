// SPDX-License-Identifier: Apache-2.0
// Containers only: a limit of processes.
#include <doctest/doctest.h>

#include "traced.hpp"

namespace trace::testing {

TEST_CASE("a child that forks until its limit fails alone, and nothing of it stays") {
  const Traced traced({"python3", "/fixtures/forks.py"}, {"--pids-limit", "200"});
  CHECK(traced.ended.status.code == 9);
  CHECK(traced.code() == "PROCESS_EXIT");
  check_whole(traced);
  // The limit bit: fewer than 200 children beside python itself, and far more than none.
  const Lines lines = stored_lines(traced.events, "stdout");
  REQUIRE(lines.size() == 1);
  const int children = std::stoi(lines[0]);
  CHECK(children > 150);
  CHECK(children < 200);
  CHECK(nothing_is_left(traced.backend));
}

}  // namespace trace::testing
