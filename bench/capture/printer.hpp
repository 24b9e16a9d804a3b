// SPDX-License-Identifier: Apache-2.0
// The child that the benchmark captures: it prints numbered lines of 100 bytes as fast as a pipe
// takes them. The benchmark's own program, called with --print, so that nothing has to be found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace trace::bench {

inline constexpr std::size_t line_bytes = 100;  // the \n at its end is one of them

// Arguments that make this program print `lines` lines.
std::vector<std::string> command_that_prints(std::uint64_t lines);

// Prints them to stdout; false if the reader has closed the pipe.
bool print_lines(std::uint64_t lines);

}  // namespace trace::bench
