// SPDX-License-Identifier: Apache-2.0
#include "record/admission_gate.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace trace;
using namespace trace::detail::record;

namespace {

constexpr std::uint32_t all_levels = 15;
constexpr std::uint32_t errors_only = 8;

// In a child of its own, which allocates nothing.
template <class Work>
int in_child(Work work) {
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) _exit(work());
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

}  // namespace

TEST_CASE("a gate lets pass what was admitted last, and nothing once it is closed") {
  AdmissionGate gate;
  CHECK(!gate.admission().admits(Level::error));
  gate.admit(all_levels);
  CHECK(gate.admission().admits(Level::debug));
  gate.admit(errors_only);
  CHECK(!gate.admission().admits(Level::warn));
  CHECK(gate.admission().admits(Level::error));
  gate.close();
  gate.admit(all_levels);
  CHECK(!gate.admission().admits(Level::error));
  CHECK(gate.in_own_process());
}

TEST_CASE("a child of fork finds the gate shut and cannot open it") {
  AdmissionGate gate;
  gate.admit(all_levels);
  CHECK(in_child([&] {
          if (gate.in_own_process() || gate.admission().admits(Level::error)) return 1;
          gate.admit(all_levels);
          return gate.admission().admits(Level::error) ? 2 : 0;
        }) == 0);
  CHECK(gate.admission().admits(Level::debug));
}
