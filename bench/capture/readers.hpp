// SPDX-License-Identifier: Apache-2.0
// The bounds of capture: others that take the same lines from the same child over a pipe of 1 MiB.
#pragma once

#include <cstdint>

#include "support/usage.hpp"

namespace trace::bench {

struct Reading {
  Nanoseconds cpu;  // of the reader
  double seconds;
};

// Reads 64 KiB at a time and finds each line with memchr(): the lower bound.
Reading read_and_find_lines(std::uint64_t lines);
// cat, to a file.
Reading cat_to(const char* path, std::uint64_t lines);

}  // namespace trace::bench
