// SPDX-License-Identifier: Apache-2.0
// Runs the tests with real containers, or says why it does not: exit code 77, or 1 where
// SHIPTRACE_REQUIRE_DOCKER=1 asks for them and it is not known that Docker cannot run here
// (SHIPTRACE_NO_DOCKER, set by tests/run.sh).
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "docker/daemon.hpp"

int main(int argc, char** argv) {
  const std::string reason = trace::testing::reason_to_skip();
  if (!reason.empty()) {
    std::printf("SKIPPED: tests with real containers: %s\n", reason.c_str());
    const char* required = std::getenv("SHIPTRACE_REQUIRE_DOCKER");
    const bool must = required != nullptr && std::string_view(required) == "1";
    return must && std::getenv("SHIPTRACE_NO_DOCKER") == nullptr ? 1 : 77;
  }
  return doctest::Context(argc, argv).run();
}
