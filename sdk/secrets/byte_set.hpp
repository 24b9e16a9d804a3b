// SPDX-License-Identifier: Apache-2.0
// ByteSet: a set of bytes with a vectorised lookup of 32 bytes at a time. Used by Candidates.
// Unchanged once it is filled, so safe on any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace trace::detail::secrets {

class ByteSet {
 public:
  void add(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      rows_[byte & 15U] = static_cast<std::uint8_t>(rows_[byte & 15U] | 1U << (byte >> 4U));
    } else {
      std::fill(columns_.begin() + 8, columns_.end(), std::uint8_t{0});
    }
  }

  // Not exact for bytes from 0x80: it contains all of them as soon as one was added.
  bool has(char c) const noexcept {
    const auto byte = static_cast<unsigned char>(c);
    const std::uint8_t column = columns_[byte >> 4U];
    return ((byte < 0x80 ? rows_[byte & 15U] : 0U) & column) == column;
  }

#ifdef __x86_64__
  // Lookup tables, kept in registers.
  struct Tables {
    __m256i rows;
    __m256i columns;
    __m256i four_bits;
  };
  [[gnu::target("avx2"), gnu::always_inline]] inline Tables tables() const noexcept {
    return {_mm256_broadcastsi128_si256(*reinterpret_cast<const __m128i*>(rows_.data())),
            _mm256_broadcastsi128_si256(*reinterpret_cast<const __m128i*>(columns_.data())),
            _mm256_set1_epi8(15)};
  }

  // Which of 32 bytes it has, a bit for each. A shuffle reads the lower four bits of an index, and
  // returns 0 for one from 0x80 on.
  [[gnu::target("avx2"), gnu::always_inline]] static inline std::uint32_t has_32(
      const Tables& tables, __m256i bytes) noexcept {
    const __m256i row = _mm256_shuffle_epi8(tables.rows, bytes);
    const __m256i column = _mm256_shuffle_epi8(
        tables.columns, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), tables.four_bits));
    return static_cast<std::uint32_t>(
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_and_si256(row, column), column)));
  }
#endif

 private:
  // A row for each lower half of a byte, 0 from 0x80 on; in it a bit for each upper half. The set
  // has a byte whose row has all bits of the upper half's column.
  alignas(16) std::array<std::uint8_t, 16> rows_{};
  alignas(16) std::array<std::uint8_t, 16> columns_{1,    2,    4,    8,    16,   32,   64,   128,
                                                    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
};

}  // namespace trace::detail::secrets
