// SPDX-License-Identifier: Apache-2.0
// The proof that the counters of the CPUs order events, with the machine's own counters and with
// counters that disagree.
#include "time/tsc_check.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include <trace/detail/background_thread.hpp>
#include <trace/detail/stamp.hpp>

namespace {

using namespace std::chrono_literals;
using namespace trace::detail;

constexpr auto patience = 20s;  // a loaded machine runs the two threads one after the other

// The monotonic clock, on one CPU a millisecond behind.
int late_cpu = -1;
std::uint64_t unsynchronised() noexcept {
  const std::uint64_t lag = sched_getcpu() == late_cpu ? 1'000'000U : 0U;
  return monotonic_ns() - lag;
}

TEST_CASE("a clock that the kernel keeps in order is proven ordered") {
  CHECK(time::counters_are_ordered(time::cpus_of_process(), monotonic_ns, patience));
}

TEST_CASE("a counter that is behind on one CPU is found") {
  const std::vector<int> cpus = time::cpus_of_process();
  if (cpus.size() < 2) {
    MESSAGE("SKIPPED: one CPU cannot disagree with itself");
    return;
  }
  for (const int cpu : cpus) {
    late_cpu = cpu;
    CHECK_FALSE(time::counters_are_ordered(cpus, unsynchronised, patience));
  }
}

TEST_CASE("the CPUs of the process are measured although the calling thread is bound to one") {
  const std::vector<int> cpus = time::cpus_of_process();
  std::vector<int> seen;
  BackgroundThread("bound", [&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpus.front(), &one);
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    seen = time::cpus_of_process();
  }).join();
  CHECK(seen == cpus);
}

TEST_CASE("a measurement that does not end in time proves nothing") {
  const std::vector<int> cpus = time::cpus_of_process();
  if (cpus.size() < 2) {
    MESSAGE("SKIPPED: one CPU needs no measurement");
    return;
  }
  CHECK_FALSE(time::counters_are_ordered(cpus, monotonic_ns, -1ms));
}

TEST_CASE("a CPU that the process may not use is not proven") {
  CHECK_FALSE(
      time::counters_are_ordered({CPU_SETSIZE - 1, CPU_SETSIZE - 2}, monotonic_ns, patience));
  CHECK_FALSE(time::counters_are_ordered({}, monotonic_ns, patience));
}

TEST_CASE("the counter that the kernel uses as its clock is proven as well") {
  if (best_stamp_source() != StampSource::tsc) {
    MESSAGE("SKIPPED: the TSC is not used here");
    return;
  }
  const auto read = +[]() noexcept { return stamp_now_fenced(StampSource::tsc); };
  CHECK(time::counters_are_ordered(time::cpus_of_process(), read, patience));
}

}  // namespace
TEST_CASE("after the counter is withdrawn, stamps come from the monotonic clock") {
  const pid_t child = fork();  // what is withdrawn stays withdrawn
  if (child == 0) {
    time::withdraw_tsc();
    _exit(best_stamp_source() == StampSource::monotonic ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
