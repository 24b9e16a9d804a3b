#include "redact/token_anchors.hpp"

#include <bit>
#include <cstdint>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace trace::detail {
namespace {

char lower(char c) noexcept { return static_cast<char>(c | 0x20); }  // of a letter

// The first look, by two bytes.
bool is_pair(char c, char next) noexcept {
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
      return lower(next) == 'e' || lower(next) == 'a';
    default:
      return false;
  }
}

// `at` is not the last byte's place.
bool is_anchor_at(std::string_view text, std::size_t at) noexcept {
  return at + 2 < text.size() ? is_anchor(text[at], text[at + 1], text[at + 2])
                              : is_pair(text[at], text[at + 1]);
}

std::size_t next_by_byte(std::string_view text, std::size_t at) noexcept {
  for (; at + 1 < text.size(); ++at) {
    if (is_anchor_at(text, at)) return at;
  }
  return text.size();
}

#ifdef __x86_64__
// The half-bytes that anchors are made of. The two halves of a byte and of the two behind it each
// tell which kinds of anchor it can begin, a bit for a kind; what all six have in common it may:
// 1 '_', '?' · 2 'J' · 4 '&' · 8 "bas" · 16 "IA", "xo" · 32 ":/" · 64 "bea" · 128 a hyphen's pairs
struct HalfBytes {
  alignas(16) std::uint8_t low[3][16], high[3][16];  // of the first byte, the second, the third
};

constexpr HalfBytes half_bytes = [] {
  HalfBytes table{};
  const auto set = [&](unsigned byte, std::string_view characters, unsigned kind) {
    for (const char c : characters) {
      const auto bits = static_cast<unsigned char>(c);
      table.low[byte][bits & 15U] = static_cast<std::uint8_t>(table.low[byte][bits & 15U] | kind);
      table.high[byte][bits >> 4U] = static_cast<std::uint8_t>(table.high[byte][bits >> 4U] | kind);
    }
  };
  const auto set_any = [&](unsigned byte, unsigned kinds) {
    for (std::uint8_t& entry : table.low[byte]) entry = static_cast<std::uint8_t>(entry | kinds);
    for (std::uint8_t& entry : table.high[byte]) entry = static_cast<std::uint8_t>(entry | kinds);
  };
  set(0, "_?", 1);
  set(0, "J", 2);
  set(0, "&", 4);
  set(0, "Bb", 8 | 64);
  set(0, "Ix", 16);
  set(0, ":", 32);
  set(0, "kt-", 128);
  set_any(1, 1 | 2 | 4);
  set(1, "Aa", 8);
  set(1, "Ao", 16);
  set(1, "/", 32);
  set(1, "Ee", 64);
  set(1, "-", 128);
  set_any(2, 1 | 2 | 4 | 16 | 32 | 128);
  set(2, "Ss", 8);
  set(2, "Aa", 64);
  return table;
}();

// The first anchor of those that may be where the bits are, or the text's size.
std::size_t first_of(std::uint32_t bits, std::string_view text, std::size_t place) noexcept {
  for (; bits != 0; bits &= bits - 1) {
    const std::size_t at = place + static_cast<std::size_t>(std::countr_zero(bits));
    if (is_anchor_at(text, at)) return at;
  }
  return text.size();
}

// Calls with the places of blocks, the last of which begins within the one before.
// block(place) tells the bytes where an anchor may be by bits.
template <std::size_t size, class Block>
[[gnu::always_inline]] inline std::size_t next_by_block(std::string_view text, std::size_t at,
                                                        Block&& block) noexcept {
  if (text.size() <= size) return next_by_byte(text, at);
  const std::size_t last = text.size() - 1 - size;
  for (; at < last; at += size) {
    if (const std::uint32_t bits = block(at); bits != 0) {
      const std::size_t found = first_of(bits, text, at);
      if (found != text.size()) return found;
    }
  }
  if (at + 1 >= text.size()) return text.size();
  return first_of(block(last) >> (at - last), text, at);
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

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i kinds_of(
    __m256i halves, const std::uint8_t (&entries)[16]) noexcept {
  return _mm256_shuffle_epi8(
      _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(entries))),
      halves);
}

// The kinds of anchor that each of 32 bytes can be part of, as the first, second or third byte.
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i kinds_of_32(const char* at,
                                                                       unsigned byte) noexcept {
  const __m256i half = _mm256_set1_epi8(15);
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + byte));
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
  return _mm256_and_si256(kinds_of(_mm256_and_si256(bytes, half), half_bytes.low[byte]),
                          kinds_of(high, half_bytes.high[byte]));
}

[[gnu::target("avx2"), gnu::always_inline]] inline std::uint32_t anchors_of_32(
    const char* at) noexcept {
  const __m256i kinds = _mm256_and_si256(_mm256_and_si256(kinds_of_32(at, 0), kinds_of_32(at, 1)),
                                         kinds_of_32(at, 2));
  const __m256i none = _mm256_cmpeq_epi8(kinds, _mm256_setzero_si256());
  return ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none));
}

[[gnu::target("avx2")]] std::size_t next_by_32(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t size = 32;
  if (text.size() < size + 2) return next_by_16(text, at);
  const std::size_t last = text.size() - 2 - size;
  for (; at < last; at += size) {
    if (const std::uint32_t bits = anchors_of_32(text.data() + at); bits != 0) [[unlikely]] {
      const std::size_t found = first_of(bits, text, at);
      if (found != text.size()) return found;
    }
  }
  if (at < last + size) {
    const std::uint32_t bits = anchors_of_32(text.data() + last) >> (at - last);
    if (bits != 0) [[unlikely]] {
      const std::size_t found = first_of(bits, text, at);
      if (found != text.size()) return found;
    }
    at = last + size;
  }
  return next_by_byte(text, at);
}

using Next = std::size_t (*)(std::string_view, std::size_t) noexcept;
Next widest() noexcept { return __builtin_cpu_supports("avx2") ? next_by_32 : next_by_16; }
Next find_next = widest();
#endif

}  // namespace

bool is_anchor(char c, char next, char third) noexcept {
  if (!is_pair(c, next)) return false;
  return lower(c) != 'b' || lower(third) == (lower(next) == 'e' ? 'a' : 's');
}

bool may_begin_anchor(char c) noexcept {
  return std::string_view("_J?&Ikxt-:bB").find(c) != std::string_view::npos;
}

bool may_continue_anchor(char c) noexcept {
  return std::string_view("Ao-/eEaAsS").find(c) != std::string_view::npos;
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
