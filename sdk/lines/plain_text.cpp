// SPDX-License-Identifier: Apache-2.0
#include "lines/plain_text.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <cstring>

namespace trace::detail::lines {
namespace {

constexpr bool is_control(unsigned char byte) noexcept {
  return (byte >= 0x07 && byte <= 0x0F && byte != '\t' && byte != '\n') || byte == 0x1B;
}

#if defined(__SSE2__)

constexpr std::size_t step = sizeof(__m128i);

__m128i load(const char* at) noexcept {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

unsigned controls_in(__m128i bytes) noexcept {
  const __m128i from_bel = _mm_sub_epi8(bytes, _mm_set1_epi8(0x07));
  const __m128i near = _mm_cmpeq_epi8(_mm_min_epu8(from_bel, _mm_set1_epi8(8)), from_bel);
  const __m128i shown = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')),
                                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
  const __m128i escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x1B));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(shown, near), escape)));
}

#endif

#if defined(__x86_64__)

// How many bytes at the front, in whole blocks of 32, hold no control.
[[gnu::target("avx2")]] std::size_t without_controls_32(std::string_view text,
                                                        bool& seen_high) noexcept {
  constexpr std::size_t block = sizeof(__m256i);
  __m256i all = _mm256_setzero_si256();
  std::size_t at = 0;
  for (; text.size() - at >= block; at += block) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + at));
    const __m256i from_bel = _mm256_sub_epi8(bytes, _mm256_set1_epi8(0x07));
    const __m256i near =
        _mm256_cmpeq_epi8(_mm256_min_epu8(from_bel, _mm256_set1_epi8(8)), from_bel);
    const __m256i shown = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\t')),
                                          _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n')));
    const __m256i escape = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(0x1B));
    const __m256i controls = _mm256_or_si256(_mm256_andnot_si256(shown, near), escape);
    if (_mm256_testz_si256(controls, controls) == 0) break;
    all = _mm256_or_si256(all, bytes);
  }
  seen_high = _mm256_movemask_epi8(all) != 0;
  return at;
}

const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;

#endif

}  // namespace

std::size_t first_control(std::string_view text, bool& ascii) noexcept {
  std::size_t at = 0;
  bool seen_high = false;
#if defined(__x86_64__)
  if (has_avx2) at = without_controls_32(text, seen_high);
#endif
#if defined(__SSE2__)
  for (; text.size() - at >= step; at += step) {
    const __m128i bytes = load(text.data() + at);
    const auto high = static_cast<unsigned>(_mm_movemask_epi8(bytes));
    const unsigned controls = controls_in(bytes);
    if (controls != 0) {
      const auto first = static_cast<std::size_t>(std::countr_zero(controls));
      ascii = !seen_high && (high & ((1U << first) - 1)) == 0;
      return at + first;
    }
    seen_high = seen_high || high != 0;
  }
#endif
  for (; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (is_control(byte)) break;
    seen_high = seen_high || byte >= 0x80;
  }
  ascii = !seen_high;
  return at;
}

std::size_t first_c1(std::string_view text) noexcept {
  for (std::size_t at = text.find('\xC2'); at != std::string_view::npos;
       at = text.find('\xC2', at + 1)) {
    if (at + 1 < text.size() && (static_cast<unsigned char>(text[at + 1]) & 0xE0U) == 0x80U)
      return at;
  }
  return text.size();
}

std::uint64_t count_lines(std::string_view text) noexcept {
  std::uint64_t lines = 0;
  std::size_t at = 0;
#if defined(__SSE2__)
  const __m128i newline = _mm_set1_epi8('\n');
  while (text.size() - at >= step) {
    // A counter per byte: it holds the matches of 255 rounds.
    __m128i counters = _mm_setzero_si128();
    for (int round = 0; round < 255 && text.size() - at >= step; ++round, at += step) {
      counters = _mm_sub_epi8(counters, _mm_cmpeq_epi8(load(text.data() + at), newline));
    }
    const __m128i sums = _mm_sad_epu8(counters, _mm_setzero_si128());
    lines += static_cast<std::uint64_t>(_mm_cvtsi128_si32(sums)) +
             static_cast<std::uint64_t>(_mm_cvtsi128_si32(_mm_srli_si128(sums, 8)));
  }
#endif
  for (; at < text.size(); ++at) lines += text[at] == '\n' ? 1 : 0;
  return lines;
}

std::string_view whole_lines(std::string_view text, std::uint64_t most) noexcept {
  text = text.substr(0, static_cast<std::size_t>(most));
  // Not rfind(), which looks at one byte at a time.
  const void* last = text.empty() ? nullptr : ::memrchr(text.data(), '\n', text.size());
  if (last == nullptr) return {};
  return text.substr(0, static_cast<std::size_t>(static_cast<const char*>(last) - text.data()) + 1);
}

std::string_view at_least_lines(std::string_view text, std::uint64_t least) noexcept {
  if (least == 0) return {};
  const std::size_t end = text.find('\n', static_cast<std::size_t>(least - 1));
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

}  // namespace trace::detail::lines
