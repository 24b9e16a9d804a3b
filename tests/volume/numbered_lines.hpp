// SPDX-License-Identifier: Apache-2.0
// The lines of the volume test: 100 bytes each, every 13 of which say the line's number, so that a
// line that was cut, lost, moved or mixed with another is detected.
//
// The child prints them, the test makes them again to compare. Pure, one thread per object.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trace::testing {

inline constexpr std::size_t line_bytes = 100;  // the \n at its end is one of them

// The line of a number; from one to the next it only counts up.
class NumberedLine {
 public:
  explicit NumberedLine(std::uint64_t number);

  void next() { set(number_ + 1); }
  std::uint64_t number() const noexcept { return number_; }
  std::string_view with_end() const noexcept { return {bytes_.data(), bytes_.size()}; }
  std::string_view text() const noexcept { return {bytes_.data(), bytes_.size() - 1}; }

 private:
  void set(std::uint64_t number);

  std::uint64_t number_ = 0;
  std::array<char, line_bytes> bytes_;
};

// Prints lines 1 to `count` to stdout; false if the reader has closed the pipe.
bool print_lines(std::uint64_t count);

}  // namespace trace::testing
