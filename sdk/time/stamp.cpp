// SPDX-License-Identifier: Apache-2.0
#include <trace/detail/stamp.hpp>

#include <fstream>
#include <string>

namespace trace::detail {

StampSource best_stamp_source() noexcept {
#if defined(__x86_64__)
  try {
    // The kernel stops using "tsc" if the counters of two cores disagree or stop.
    std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    std::string name;
    if (file >> name && name == "tsc") return StampSource::tsc;
  } catch (...) {  // unreadable: use the safe clock
  }
#endif
  return StampSource::monotonic;
}

}  // namespace trace::detail
