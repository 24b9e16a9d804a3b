// SPDX-License-Identifier: Apache-2.0
// Children that do not want to end, and children that are ended from outside.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>

#include "traced.hpp"

namespace trace::testing {
namespace {

// No process of this machine has `words` in its command line; containers' are the machine's, too.
bool is_gone(const std::string& words) {
  const std::string pattern = "[" + words.substr(0, 1) + "]" + words.substr(1);
  for (int tries = 0; tries < 100; ++tries) {
    const Finished found = run(
        {.argv = {"sh", "-c",
                  "ps -eo args | grep -e \"" + pattern + "\" | grep -v 'grep -e'; sleep 0.05"}});
    if (found.output.empty()) return true;
  }
  return false;
}

void check_cancelled(const std::vector<EventPayload>& events) {
  CHECK(events.back().type == Type::failed);
  REQUIRE(events.back().error.has_value());
  CHECK(events.back().error->code == "CANCELLED");
  check_recorded_as_cancelled(events);
}

}  // namespace

TEST_CASE("a child that ignores SIGTERM is killed with its whole group after the timeout") {
  const Traced traced(
      {"sh", "-c", "trap '' TERM; sleep 7311 & echo ready; while :; do sleep 7312; done"},
      {"--timeout", "2s"});
  CHECK(traced.ended.status.code == 124);
  CHECK(traced.code() == "TIMEOUT");
  CHECK(event_with(traced.events, "ready") != nullptr);
  CHECK(is_gone("sleep 7311"));
  CHECK(is_gone("sleep 7312"));
  CHECK(nothing_is_left(traced.backend));
}

TEST_CASE("a grandchild that keeps the pipe does not keep the node open") {
  const auto began = std::chrono::steady_clock::now();
  const Traced traced({"sh", "-c", "sleep 7313 & echo done; exit 4"});
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(60));
  CHECK(traced.ended.status.code == 4);
  CHECK(traced.code() == "PROCESS_EXIT");
  CHECK(event_with(traced.events, "done") != nullptr);
  CHECK(is_gone("sleep 7313"));
  CHECK(nothing_is_left(traced.backend));
}

TEST_CASE("a signal to the CLI is passed on, and Ctrl-C traced as the user's cancellation") {
  int signal = SIGINT;
  SUBCASE("SIGINT") { signal = SIGINT; }
  SUBCASE("SIGTERM") { signal = SIGTERM; }
  const BackendOfTest backend;
  Child child(
      traced(backend, {"sh", "-c", "trap 'echo bye; exit 0' TERM; sleep 7314 & echo ready; wait"}));
  REQUIRE(child.wait_for_output("ready"));
  child.signal(signal);
  CHECK(child.wait().code == (signal == SIGINT ? 130 : 143));
  const auto events = all_events(backend);
  check_sound(events);
  if (signal == SIGINT) {
    check_cancelled(events);
  } else {
    check_recorded_as_stopped(events);
  }
  CHECK(event_with(events, "bye") != nullptr);
  CHECK(is_gone("sleep 7314"));
  CHECK(nothing_is_left(backend));
}

}  // namespace trace::testing
