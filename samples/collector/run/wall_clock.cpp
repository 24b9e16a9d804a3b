// SPDX-License-Identifier: Apache-2.0
#include "collector/run/wall_clock.hpp"

#include <fmt/chrono.h>

#include <chrono>

namespace trace::collector::run {

std::string timestamp_now() {
  using namespace std::chrono;
  const auto now = floor<microseconds>(system_clock::now());
  const auto second = floor<seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(system_clock::to_time_t(second)),
                     (now - second).count());
}

}  // namespace trace::collector::run
