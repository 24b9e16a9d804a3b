// SPDX-License-Identifier: Apache-2.0
// The option that the programs whose instructions are counted share.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace trace::bench {

// --events N, the last option; 10,000 without it.
inline std::uint64_t events_option(int argc, char** argv) {
  return argc >= 3 && std::strcmp(argv[argc - 2], "--events") == 0
             ? std::strtoull(argv[argc - 1], nullptr, 10)
             : 10'000;
}

}  // namespace trace::bench
