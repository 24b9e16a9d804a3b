// SPDX-License-Identifier: Apache-2.0
// Progress of several rows, as docker pull draws it.
#include <doctest/doctest.h>

#include "traced.hpp"

namespace trace::testing {

TEST_CASE("rows that are drawn again are a few events, and the last ones are there") {
  const Traced traced({"sh", fixture("pull.sh")}, {"--pty"});
  CHECK(traced.ended.status.code == 0);
  const std::size_t observed = frames_of(traced.events);
  CHECK(number(traced.last(), "frames", "pty") >= 100);
  CHECK(observed >= 2);
  CHECK(observed <= number(traced.last(), "durationMs") / 500 + 3);
  CHECK(number(traced.last(), "bytes", "pty") == traced.ended.output.size());
  CHECK(event_with(traced.events, "Status: Downloaded newer image for thing:1") != nullptr);
  CHECK(event_with(traced.events, "1: Pulling from library/thing") != nullptr);
}

TEST_CASE("the last event of each row says that it is done") {
  const Traced traced({"sh", fixture("pull.sh")}, {"--pty"});
  std::string all;
  for (const EventPayload& event : traced.events) all += event.message.value_or("") + "\n";
  for (const char* layer : {"a1b2c3", "d4e5f6", "0718293a"}) {
    const std::size_t last = all.rfind(std::string(layer) + ": ");
    REQUIRE(last != std::string::npos);
    CHECK_MESSAGE(all.substr(last).starts_with(std::string(layer) + ": Pull complete"), all);
  }
}

}  // namespace trace::testing
