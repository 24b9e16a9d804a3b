// SPDX-License-Identifier: Apache-2.0
// ByteSet: a set of bytes with a vectorised lookup of 32 bytes at a time. Used by Candidates.
// Unchanged once it is filled, so safe on any thread.
#pragma once

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
      upper_half_ = ~std::uint32_t{0};
    }
  }

  // Not exact for bytes from 0x80: it contains all of them as soon as one was added.
  bool has(char c) const noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 ? (rows_[byte & 15U] >> (byte >> 4U) & 1U) != 0 : upper_half_ != 0;
  }

#ifdef __x86_64__
  bool has_upper_half() const noexcept { return upper_half_ != 0; }

  // Lookup tables, kept in registers.
  struct Tables {
    __m256i rows;
    __m256i columns;
    __m256i row_bits;
    __m256i column_bits;
    __m256i none;
  };
  [[gnu::target("avx2"), gnu::always_inline]] inline Tables tables() const noexcept {
    return {_mm256_broadcastsi128_si256(*reinterpret_cast<const __m128i*>(rows_.data())),
            _mm256_set1_epi64x(static_cast<long long>(std::uint64_t{0x8040201008040201})),
            _mm256_set1_epi8(-113), _mm256_set1_epi8(7), _mm256_setzero_si256()};
  }

  // Which of 32 bytes it has not, a bit for each. The lower half of a byte finds a row of the
  // table, the upper half the bit in it; for an index from 0x80 on the row is 0.
  template <bool with_upper_half>
  [[gnu::target("avx2"), gnu::always_inline]] static inline std::uint32_t lacks_32(
      const Tables& tables, __m256i bytes) noexcept {
    const __m256i row = _mm256_shuffle_epi8(tables.rows, _mm256_and_si256(bytes, tables.row_bits));
    const __m256i column = _mm256_shuffle_epi8(
        tables.columns, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), tables.column_bits));
    const __m256i missing = _mm256_cmpeq_epi8(_mm256_and_si256(row, column), tables.none);
    const auto lacks = static_cast<std::uint32_t>(_mm256_movemask_epi8(missing));
    if constexpr (!with_upper_half) return lacks;
    return lacks & ~static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
  }
#endif

 private:
  alignas(16) std::array<std::uint8_t, 16> rows_{};  // for each lower half, a bit per upper half
  std::uint32_t upper_half_ = 0;                     // all bits when any of 0x80…0xFF was added
};

}  // namespace trace::detail::secrets
