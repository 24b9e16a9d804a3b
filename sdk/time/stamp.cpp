// SPDX-License-Identifier: Apache-2.0
#include <trace/detail/stamp.hpp>

#include <fstream>
#include <string>

#include "time/tsc_check.hpp"

namespace trace::detail {
namespace {

// The first session of a process waits at most this long, on machines without the clock source.
constexpr std::chrono::milliseconds check_limit{50};

StampSource find_stamp_source() noexcept {
  try {
    // The kernel stops using "tsc" if the counters of two CPUs disagree or stop.
    std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    std::string name;
    if (file >> name && name == "tsc") return StampSource::tsc;
    const auto read = +[]() noexcept { return stamp_now_fenced(StampSource::tsc); };
    if (time::tsc_is_invariant() &&
        time::counters_are_ordered(time::allowed_cpus(), read, check_limit)) {
      return StampSource::tsc;
    }
  } catch (...) {  // no thread or no memory: the clock that needs no proof
  }
  return StampSource::monotonic;
}

}  // namespace

StampSource best_stamp_source() noexcept {
  static const StampSource found = find_stamp_source();
  return found;
}

}  // namespace trace::detail
