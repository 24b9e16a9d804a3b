// SPDX-License-Identifier: Apache-2.0
#include <trace/detail/stamp.hpp>

#include <atomic>
#include <fstream>
#include <string>

#include "time/tsc_check.hpp"

namespace trace::detail {
namespace {

// The first session of a process waits about this long at most, on machines whose clock source is
// another one.
constexpr std::chrono::milliseconds check_limit{50};

// Whether the file of the kernel's clock source names the TSC, among others.
bool names_tsc(const char* file_name) {
  std::ifstream file(std::string("/sys/devices/system/clocksource/clocksource0/") + file_name);
  for (std::string name; file >> name;) {
    if (name == "tsc") return true;
  }
  return false;
}

StampSource find_stamp_source() noexcept {
  try {
    // The kernel withdraws "tsc" if the counters of two CPUs disagree or stop.
    if (!time::tsc_is_usable() || !names_tsc("available_clocksource"))
      return StampSource::monotonic;
    const auto read = +[]() noexcept { return stamp_now_fenced(StampSource::tsc); };
    if (names_tsc("current_clocksource") ||
        time::counters_are_ordered(time::cpus_of_process(), read, check_limit)) {
      return StampSource::tsc;
    }
  } catch (...) {  // no thread or no memory: the clock that needs no proof
  }
  return StampSource::monotonic;
}

// Not a static variable that is initialised by the first call: a child of fork() would wait for a
// thread of its parent that is in that call.
constexpr int unknown = -1;
std::atomic<int> found{unknown};

}  // namespace

StampSource best_stamp_source() noexcept {
  int source = found.load();
  if (source == unknown) {
    const int best = static_cast<int>(find_stamp_source());
    // Unless it was withdrawn meanwhile.
    if (found.compare_exchange_strong(source, best)) source = best;
  }
  return static_cast<StampSource>(source);
}

void time::withdraw_tsc() noexcept { found.store(static_cast<int>(StampSource::monotonic)); }

}  // namespace trace::detail
