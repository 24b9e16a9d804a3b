// SPDX-License-Identifier: Apache-2.0
// PaddedText: text that is written repeatedly, kept with padding after it so that it is copied in
// whole blocks, which costs a fraction of a memcpy() of unknown length. The destination needs the
// same padding. One thread at a time. Also writes decimal digits at fixed positions in such text:
// sequences and times.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

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

class PaddedText {
 public:
  // The maximum number of bytes after its end that write() overwrites.
  static constexpr std::size_t overhang = 31;

  PaddedText() = default;
  explicit PaddedText(std::string_view text) { assign(text); }

  void assign(std::string_view text) {
    bytes_.assign(text);
    bytes_.resize((text.size() + overhang) / block * block);
    size_ = text.size();
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  std::string_view text() const noexcept { return {bytes_.data(), size_}; }
  // For changing bytes, never the length.
  char* data() noexcept { return bytes_.data(); }

  // Returns the end of the text.
  char* write(char* to) const noexcept {
    const char* from = bytes_.data();
    char* const end = to + size_;
    for (; to < end; to += block, from += block) std::memcpy(to, from, block);
    return end;
  }

 private:
  static constexpr std::size_t block = overhang + 1;

  std::string bytes_;
  std::size_t size_ = 0;
};

}  // namespace trace::detail::text
