// ByteSet: a set of bytes, which tells of 32 bytes at once which of them it holds where the
// processor can. Used by Candidates. Not changed once it is filled, so safe on any thread.
#pragma once

#include <array>
#include <cstdint>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace trace::detail {

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

  // Not exact for bytes from 0x80 on: it holds all of them as soon as one was added.
  bool has(char c) const noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 ? (rows_[byte & 15U] >> (byte >> 4U) & 1U) != 0 : upper_half_ != 0;
  }

#ifdef __x86_64__
  // has() of 32 bytes, a bit for each. The lower half of a byte finds a row of the table, the upper
  // half the bit in it.
  [[gnu::target("avx2"), gnu::always_inline]] inline std::uint32_t has_32(
      const char* at) const noexcept {
    const __m256i rows =
        _mm256_broadcastsi128_si256(*reinterpret_cast<const __m128i*>(rows_.data()));
    const __m256i columns =
        _mm256_set1_epi64x(static_cast<long long>(std::uint64_t{0x8040201008040201}));
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    // A look-up answers 0 for an index from 0x80 on.
    const __m256i row = _mm256_shuffle_epi8(rows, _mm256_and_si256(bytes, _mm256_set1_epi8(-113)));
    const __m256i column = _mm256_shuffle_epi8(
        columns, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(7)));
    const __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(row, column), _mm256_setzero_si256());
    return ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none)) |
           (static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes)) & upper_half_);
  }
#endif

 private:
  alignas(16) std::array<std::uint8_t, 16> rows_{};  // for each lower half, a bit per upper half
  std::uint32_t upper_half_ = 0;                     // all bits when any of 0x80…0xFF was added
};

}  // namespace trace::detail
