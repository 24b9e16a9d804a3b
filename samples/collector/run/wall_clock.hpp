// SPDX-License-Identifier: Apache-2.0
// The current time as a contract timestamp with six fractional digits. Any thread.
#pragma once

#include <fmt/chrono.h>

#include <chrono>
#include <string>

namespace trace::collector::run {

inline std::string timestamp_now() {
  using namespace std::chrono;
  const auto now = floor<microseconds>(system_clock::now());
  const auto second = floor<seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(system_clock::to_time_t(second)),
                     (now - second).count());
}

}  // namespace trace::collector::run
