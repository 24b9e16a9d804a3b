// SPDX-License-Identifier: Apache-2.0
// ThreadCheck distinguishes gaps, repetitions and disorder, without the events in memory.
#include <doctest/doctest.h>

#include <initializer_list>

#include "emitter/verify/run_check.hpp"

namespace trace::cli::verify {
namespace {

ThreadCheck seen(std::initializer_list<std::uint64_t> numbers) {
  ThreadCheck check;
  for (const std::uint64_t n : numbers) check.see(n);
  return check;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a complete sequence has no problems") {
  const ThreadCheck check = seen({1, 2, 3});
  CHECK(check.problems(3).empty());
  CHECK(check.problems(2).empty());  // the emitter died before it counted the third
  CHECK(check.events() == 3);
  CHECK(seen({}).problems(0).empty());
}

TEST_CASE("what is missing is named as ranges, wherever it is") {
  CHECK(seen({2, 3, 6, 9}).problems(10) == Lines{"missing 6: 1, 4-5, 7-8, 10"});
  CHECK(seen({}).problems(1200) == Lines{"missing 1,200: 1-1200"});
  CHECK(seen({1, 3}).problems() == Lines{"missing 1: 2"});
}

TEST_CASE("events that come twice are no gap and no disorder") {
  CHECK(seen({1, 2, 2, 3, 1}).problems(3) == Lines{"duplicated 2: 2, 1"});
}

TEST_CASE("events that come late are out of order, not missing") {
  CHECK(seen({1, 4, 2, 3, 5}).problems(5) == Lines{"out of order 2: 2-3"});
  CHECK(seen({5, 3, 1}).problems(5) == Lines{"missing 2: 2, 4", "out of order 2: 3, 1"});
}

TEST_CASE("more in the store than was returned is a problem beyond one event") {
  const Lines lines = seen({1, 2, 3, 4}).problems(2);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("only 2 were returned") != std::string::npos);
}

TEST_CASE("only the first few are listed, all are counted") {
  ThreadCheck check;
  for (std::uint64_t n = 2; n <= 100; n += 2) check.see(n);
  CHECK(check.problems(100) == Lines{"missing 50: 1, 3, 5, 7, 9 …"});
}

}  // namespace trace::cli::verify
