// The child that the benchmark captures: it prints numbered lines of 100 bytes as fast as a pipe
// takes them. The benchmark's own program, called with --print, so that nothing has to be found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace trace::bench {

inline constexpr std::size_t line_bytes = 100;  // the \n at its end is one of them

// What makes this program print so many lines.
std::vector<std::string> command_that_prints(std::uint64_t lines);

// Prints them to stdout; false when nobody reads them any more.
bool print_lines(std::uint64_t lines);

}  // namespace trace::bench
