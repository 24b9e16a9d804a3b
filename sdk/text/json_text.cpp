// SPDX-License-Identifier: Apache-2.0
#include "text/json_text.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "text/utf8.hpp"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace trace::detail::text {
namespace {

// Plain bytes need no escape in a JSON string: printable ASCII except '"' and '\'.
constexpr bool is_plain(char c) noexcept {
  return static_cast<signed char>(c) >= 0x20 && c != '"' && c != '\\';
}

#ifdef __x86_64__
constexpr std::ptrdiff_t block_bytes = 16;

// Copies a block; returns a bit for each of its bytes that is not plain.
unsigned copy_block(char* to, const char* from) noexcept {
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
  // Signed: bytes of 0x80 and above are negative and so less than a space, too.
  const __m128i special = _mm_or_si128(_mm_cmplt_epi8(block, _mm_set1_epi8(0x20)),
                                       _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                                    _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));
  return static_cast<unsigned>(_mm_movemask_epi8(special));
}

// Not 0 where a byte is not plain.
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i special_in(__m256i block) noexcept {
  return _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), block),
                         _mm256_or_si256(_mm256_cmpeq_epi8(block, _mm256_set1_epi8('"')),
                                         _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'))));
}

// Copies pairs of wide blocks and advances `from`, up to the first byte that is not plain, or to
// the last 63 bytes, which it leaves. `is_special`: stopped at such a byte.
[[gnu::target("avx2")]] char* copy_plain_by_64(char* to, const char*& from, const char* end,
                                               bool& is_special) noexcept {
  const char* at = from;
  for (; end - at >= 64; at += 64, to += 64) {
    const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), first);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 32), second);
    const __m256i in_first = special_in(first);
    const __m256i in_second = special_in(second);
    if (_mm256_movemask_epi8(_mm256_or_si256(in_first, in_second)) == 0) continue;
    const std::uint64_t special =
        static_cast<std::uint32_t>(_mm256_movemask_epi8(in_first)) |
        std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(in_second))} << 32;
    from = at + std::countr_zero(special);
    is_special = true;
    return to + std::countr_zero(special);
  }
  from = at;
  is_special = false;
  return to;
}

// Below this the call costs more than it saves.
constexpr std::size_t least_for_wide_blocks = 192;
// False during static initialisation.
const bool has_wide_blocks = __builtin_cpu_supports("avx2") != 0;
#else
constexpr std::ptrdiff_t block_bytes = 8;

unsigned copy_block(char* to, const char* from) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  const auto has_zero_byte = [](std::uint64_t word) { return (word - ones) & ~word & highs; };
  std::uint64_t word;
  std::memcpy(&word, from, 8);
  std::memcpy(to, &word, 8);
  const std::uint64_t controls = (word - ones * 0x20) & ~word & highs;
  if (((word & highs) | controls | has_zero_byte(word ^ (ones * '"')) |
       has_zero_byte(word ^ (ones * '\\'))) == 0) {
    return 0;
  }
  unsigned special = 0;
  for (int i = 0; i < 8; ++i) special |= is_plain(from[i]) ? 0U : 1U << i;
  return special;
}
#endif

// Copies the leading plain bytes of `from` and advances it. Whole blocks first: most text is plain,
// and this is where the encoder spends its time. The address of the next block does not depend on
// the contents of this one, so the processor works on several at a time.
[[gnu::always_inline]] inline char* copy_by_blocks(char* to, const char*& from,
                                                   const char* end) noexcept {
  if (end - from < block_bytes) {
    while (from < end && is_plain(*from)) *to++ = *from++;
    return to;
  }
  unsigned special = 0;
  for (; end - from >= block_bytes; from += block_bytes, to += block_bytes) {
    special = copy_block(to, from);
    if (special != 0) break;
  }
  if (special == 0 && from < end) {
    // The last block overlaps the one before, whose plain bytes are written again.
    const std::ptrdiff_t again = block_bytes - (end - from);
    from -= again;
    to -= again;
    special = copy_block(to, from);
    if (special == 0) {
      from = end;
      return to + block_bytes;
    }
  }
  if (special != 0) {
    const int plain = std::countr_zero(special);
    from += plain;
    to += plain;
  }
  return to;
}

#ifdef __x86_64__
char* copy_by_wide_blocks(char* to, const char*& from, const char* end) noexcept {
  bool is_special = false;
  to = copy_plain_by_64(to, from, end, is_special);
  return is_special ? to : copy_by_blocks(to, from, end);
}
#endif

char* write_escape(char* to, char c) noexcept {
  switch (c) {
    case '"':
      return put(to, "\\\"");
    case '\\':
      return put(to, "\\\\");
    case '\n':
      return put(to, "\\n");
    case '\r':
      return put(to, "\\r");
    case '\t':
      return put(to, "\\t");
    case '\b':
      return put(to, "\\b");
    case '\f':
      return put(to, "\\f");
    case '\0':
      return put(to, symbol_for_null);
    default:
      constexpr char hex[] = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      to = put(to, "\\u00");
      *to++ = hex[byte >> 4];
      *to++ = hex[byte & 15];
      return to;
  }
}

// `copy` copies leading plain bytes.
template <class Copy>
[[gnu::always_inline]] inline char* write_all_escaped(char* to, std::string_view text,
                                                      Copy copy) noexcept {
  const char* from = text.data();
  const char* const end = from + text.size();
  for (;;) {
    to = copy(to, from, end);
    if (from == end) return to;
    if (static_cast<unsigned char>(*from) < 0x80) {
      to = write_escape(to, *from++);
      continue;
    }
    const std::string_view rest(from, static_cast<std::size_t>(end - from));
    const Utf8Sequence sequence = first_utf8_sequence(rest);
    to = put(to, sequence.valid ? rest.substr(0, sequence.bytes) : replacement_character);
    from += sequence.bytes;
  }
}

#ifdef __x86_64__
[[gnu::noinline]] char* write_long_escaped(char* to, std::string_view text) noexcept {
  return write_all_escaped(to, text, copy_by_wide_blocks);
}
#endif

template <class Float>
char* write_float(char* to, Float value) {
  if (!std::isfinite(value)) [[unlikely]] {
    return put(to, std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  }
  return fmt::format_to(to, FMT_COMPILE("{}"), value);
}

template <class Float>
void append_float(std::string& out, Float value) {
  char text[longest_number];
  out.append(text, write_float(text, value));
}

}  // namespace

char* copy_plain(char* to, const char*& from, const char* end) noexcept {
  return copy_by_blocks(to, from, end);
}

char* write_escaped(char* to, std::string_view text) noexcept {
#ifdef __x86_64__
  if (text.size() >= least_for_wide_blocks && has_wide_blocks) {
    return write_long_escaped(to, text);
  }
#endif
  return write_all_escaped(to, text, [](char* at, const char*& from, const char* end) noexcept {
    return copy_by_blocks(at, from, end);
  });
}

char* write_quoted(char* to, std::string_view text) noexcept {
  *to++ = '"';
  to = write_escaped(to, text);
  *to++ = '"';
  return to;
}

void append_quoted(std::string& out, std::string_view text) {
  fmt::memory_buffer room;
  room.reserve(quoted_bound(text.size()));
  out.append(room.data(), write_quoted(room.data(), text));
}

std::string in_quotes(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

void append_number(std::string& out, std::int64_t value) {
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}

void append_number(std::string& out, std::uint64_t value) {
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}

void append_number(std::string& out, double value) { append_float(out, value); }
void append_number(std::string& out, float value) { append_float(out, value); }
char* write_number(char* to, double value) { return write_float(to, value); }
char* write_number(char* to, float value) { return write_float(to, value); }

}  // namespace trace::detail::text
