#include "redact/token_anchors.hpp"

#include <bit>
#include <cstdint>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace trace::detail {
namespace {

std::size_t next_by_byte(std::string_view text, std::size_t at) noexcept {
  for (; at + 1 < text.size(); ++at) {
    if (is_anchor(text[at], text[at + 1])) return at;
  }
  return text.size();
}

#ifdef __x86_64__
// The half-bytes that anchors are made of. A byte's two halves and those of the byte behind it each
// tell which kinds of anchor it can be, a bit for a kind; what all four have in common it may be:
// 1 '_' · 2 'J' · 4 '?' · 8 '&' · 16 "IA", "xo" · 32 ":/" · 64 b and e or a · 128 a hyphen's pairs
struct HalfBytes {
  alignas(16) char here_low[16], here_high[16], next_low[16], next_high[16];
};

constexpr HalfBytes half_bytes = [] {
  HalfBytes table{};
  const auto set = [](char* entries, unsigned half, unsigned kind) {
    entries[half] = static_cast<char>(static_cast<unsigned char>(entries[half]) | kind);
  };
  const auto here = [&](char c, unsigned kind) {
    set(table.here_low, static_cast<unsigned>(c) & 15U, kind);
    set(table.here_high, static_cast<unsigned>(c) >> 4U, kind);
  };
  const auto next = [&](char c, unsigned kind) {
    set(table.next_low, static_cast<unsigned>(c) & 15U, kind);
    set(table.next_high, static_cast<unsigned>(c) >> 4U, kind);
  };
  unsigned alone = 1;
  for (const char c : {'_', 'J', '?', '&'}) {
    here(c, alone);
    for (unsigned half = 0; half < 16; ++half) {
      set(table.next_low, half, alone);
      set(table.next_high, half, alone);
    }
    alone <<= 1U;
  }
  for (const char c : {'I', 'x'}) here(c, 16);
  for (const char c : {'A', 'o'}) next(c, 16);
  here(':', 32);
  next('/', 32);
  for (const char c : {'b', 'B'}) here(c, 64);
  for (const char c : {'e', 'E', 'a', 'A'}) next(c, 64);
  for (const char c : {'k', 't', '-'}) here(c, 128);
  next('-', 128);
  return table;
}();

// Calls with the places of blocks, the last of which begins within the one before, and with the
// bytes of it that were seen there. block(place) tells the bytes where an anchor may be by bits.
template <std::size_t size, class Block>
[[gnu::always_inline]] inline std::size_t next_by_block(std::string_view text, std::size_t at,
                                                        Block&& block) noexcept {
  if (text.size() <= size) return next_by_byte(text, at);
  const std::size_t last = text.size() - 1 - size;
  for (; at < last; at += size) {
    if (const std::uint32_t found = block(at); found != 0)
      return at + static_cast<std::size_t>(std::countr_zero(found));
  }
  if (at + 1 >= text.size()) return text.size();
  const std::uint32_t found = block(last) >> (at - last);
  return found != 0 ? at + static_cast<std::size_t>(std::countr_zero(found)) : text.size();
}

std::size_t next_by_16(std::string_view text, std::size_t at) noexcept {
  return next_by_block<16>(text, at, [&](std::size_t place) -> std::uint32_t {
    const auto load = [&](std::size_t from) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + from));
    };
    const __m128i here = load(place);
    const __m128i next = load(place + 1);
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
    const __m128i headers =
        both(is(folded, 'b'), either(is(next_folded, 'e'), is(next_folded, 'a')));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(
        either(either(alone, before_hyphen), either(either(scheme, names), headers))));
  });
}

// The half-bytes of 32 bytes, looked up at once.
[[gnu::target("avx2"), gnu::always_inline]] inline std::uint32_t anchors_of_32(
    const char* at) noexcept {
  const auto* const tables = reinterpret_cast<const __m128i*>(&half_bytes);
  const __m256i here_low = _mm256_broadcastsi128_si256(tables[0]);
  const __m256i here_high = _mm256_broadcastsi128_si256(tables[1]);
  const __m256i next_low = _mm256_broadcastsi128_si256(tables[2]);
  const __m256i next_high = _mm256_broadcastsi128_si256(tables[3]);
  const __m256i half = _mm256_set1_epi8(15);
  const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i next = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 1));
  const __m256i kinds = _mm256_and_si256(
      _mm256_and_si256(
          _mm256_shuffle_epi8(here_low, _mm256_and_si256(here, half)),
          _mm256_shuffle_epi8(here_high, _mm256_and_si256(_mm256_srli_epi16(here, 4), half))),
      _mm256_and_si256(
          _mm256_shuffle_epi8(next_low, _mm256_and_si256(next, half)),
          _mm256_shuffle_epi8(next_high, _mm256_and_si256(_mm256_srli_epi16(next, 4), half))));
  const __m256i none = _mm256_cmpeq_epi8(kinds, _mm256_setzero_si256());
  return ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none));
}

[[gnu::target("avx2")]] std::size_t next_by_32(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t size = 32;
  if (text.size() <= size) return next_by_16(text, at);
  const std::size_t last = text.size() - 1 - size;
  for (; at < last; at += size) {
    const std::uint32_t found = anchors_of_32(text.data() + at);
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found));
  }
  if (at + 1 >= text.size()) return text.size();
  const std::uint32_t found = anchors_of_32(text.data() + last) >> (at - last);
  return found != 0 ? at + static_cast<std::size_t>(std::countr_zero(found)) : text.size();
}

using Next = std::size_t (*)(std::string_view, std::size_t) noexcept;
Next widest() noexcept { return __builtin_cpu_supports("avx2") ? next_by_32 : next_by_16; }
Next find_next = widest();
#endif

}  // namespace

bool is_anchor(char c, char next) noexcept {
  switch (c) {
    case '_':
    case 'J':
    case '?':
    case '&':
      return true;
    case 'I':
      return next == 'A';
    case 'k':
    case 't':
    case '-':
      return next == '-';
    case 'x':
      return next == 'o';
    case ':':
      return next == '/';
    case 'b':
    case 'B':
      return next == 'e' || next == 'E' || next == 'a' || next == 'A';
    default:
      return false;
  }
}

std::size_t next_anchor(std::string_view text, std::size_t from) noexcept {
#ifdef __x86_64__
  if (find_next != nullptr) return find_next(text, from);
#endif
  return next_by_byte(text, from);
}

bool set_anchor_block(std::size_t bytes) noexcept {
#ifdef __x86_64__
  if (bytes == 32 && widest() != next_by_32) return false;
  find_next = bytes == 0 ? widest() : bytes == 1 ? nullptr : bytes == 16 ? next_by_16 : next_by_32;
  return true;
#else
  return bytes <= 1;
#endif
}

}  // namespace trace::detail
