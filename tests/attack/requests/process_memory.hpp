// SPDX-License-Identifier: Apache-2.0
// Memory use of another process.
#pragma once

#include <sys/types.h>

#include <fstream>
#include <string>

namespace trace::testing {

// "VmRSS" (now) or "VmHWM" (at most so far) of a process, in MiB; 0 when it is gone.
inline std::size_t memory_of(pid_t process, const std::string& which) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(which)) return std::stoul(line.substr(which.size() + 1)) / 1024;
  }
  return 0;
}

}  // namespace trace::testing
