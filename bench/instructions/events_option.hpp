// SPDX-License-Identifier: Apache-2.0
// The one option of the programs whose instructions are counted.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace trace::bench {

// --events N; 10,000 without it.
inline std::uint64_t events_option(int argc, char** argv) {
  return argc == 3 && std::strcmp(argv[1], "--events") == 0 ? std::strtoull(argv[2], nullptr, 10)
                                                            : 10'000;
}

}  // namespace trace::bench
