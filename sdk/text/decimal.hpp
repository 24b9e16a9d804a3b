// SPDX-License-Identifier: Apache-2.0
// Writes decimal digits at fixed positions: sequences and times. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace trace::detail::text {

inline constexpr auto digit_pairs = [] {
  std::array<char, 200> pairs{};
  for (unsigned value = 0; value < 100; ++value) {
    pairs[2 * value] = static_cast<char>('0' + value / 10);
    pairs[2 * value + 1] = static_cast<char>('0' + value % 10);
  }
  return pairs;
}();

// Writes two digits of a value below 100.
inline void write_pair(char* to, std::uint32_t value) noexcept {
  std::memcpy(to, &digit_pairs[2 * value], 2);
}

// Writes the last `digits` digits of the value, with leading zeros.
inline void write_digits(char* to, int digits, std::uint64_t value) noexcept {
  for (int at = digits - 1; at >= 0; --at, value /= 10) {
    to[at] = static_cast<char>('0' + value % 10);
  }
}

}  // namespace trace::detail::text
