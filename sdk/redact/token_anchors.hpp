// Anchors of token patterns: bytes, alone or in pairs, of which each pattern has one and most text
// has few. The first look at each text that is sent, sixteen bytes at a time. Pure functions, safe
// on any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace trace::detail {

inline constexpr std::size_t anchor_block = 16;

// Whether an anchor begins at a byte, by it and the one behind it:
//   _ J ? &    "IA" "k-" "xo" "t-" "--" ":/"    "be" and "ba" in any case
bool is_anchor(char c, char next) noexcept;

// Bit n: an anchor begins at byte n of the block at `at`. The byte behind the block is read, too.
inline std::uint32_t anchors_of_block(const char* at) noexcept {
#ifdef __SSE2__
  const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 1));
  const auto is = [](__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  const auto either = [](__m128i a, __m128i b) { return _mm_or_si128(a, b); };
  const auto both = [](__m128i a, __m128i b) { return _mm_and_si128(a, b); };
  const __m128i folded = either(here, _mm_set1_epi8(0x20));
  const __m128i next_folded = either(next, _mm_set1_epi8(0x20));
  const __m128i alone =
      either(either(is(here, '_'), is(here, 'J')), either(is(here, '?'), is(here, '&')));
  const __m128i before_hyphen =
      both(is(next, '-'), either(either(is(here, 'k'), is(here, 't')), is(here, '-')));
  const __m128i scheme = both(is(here, ':'), is(next, '/'));
  const __m128i names =
      either(both(is(here, 'I'), is(next, 'A')), both(is(here, 'x'), is(next, 'o')));
  const __m128i headers = both(is(folded, 'b'), either(is(next_folded, 'e'), is(next_folded, 'a')));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(
      either(either(alone, before_hyphen), either(either(scheme, names), headers))));
#else
  std::uint32_t anchors = 0;
  for (std::size_t i = 0; i < anchor_block; ++i) {
    anchors |= std::uint32_t{is_anchor(at[i], at[i + 1])} << i;
  }
  return anchors;
#endif
}

}  // namespace trace::detail
