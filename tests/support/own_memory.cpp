// SPDX-License-Identifier: Apache-2.0
#include "support/own_memory.hpp"

#include <malloc.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace trace::testing {

std::uint64_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::uint64_t anonymous_bytes() {
  std::ifstream status("/proc/self/smaps_rollup");
  for (std::string word; status >> word;) {
    std::uint64_t kibibytes = 0;
    if (word == "Anonymous:" && status >> kibibytes) return kibibytes * 1024;
  }
  throw std::runtime_error("/proc/self/smaps_rollup has no line Anonymous");
}

}  // namespace trace::testing
