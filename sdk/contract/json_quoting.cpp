#include "contract/json_quoting.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include "contract/utf8.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace trace::detail {
namespace {

// Plain bytes go into a JSON string as they are: printable ASCII but '"' and '\'.
constexpr bool is_plain(char c) noexcept {
  return static_cast<signed char>(c) >= 0x20 && c != '"' && c != '\\';
}

char* put(char* to, std::string_view bytes) noexcept {
  std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

// Copies the plain bytes that `text` begins with and takes them from it. Whole blocks first: most
// text is plain, and this is where the encoder spends its time.
char* copy_plain(char* to, std::string_view& text) noexcept {
  const char* from = text.data();
  const char* const end = from + text.size();
  const auto done = [&] {
    text.remove_prefix(static_cast<std::size_t>(from - text.data()));
    return to;
  };
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i space = _mm_set1_epi8(0x20);
  const bool has_block = end - from >= 16;
  while (from < end && has_block) {
    // The last block begins within the one before, whose bytes are plain and written again.
    const std::ptrdiff_t again = end - from < 16 ? 16 - (end - from) : 0;
    from -= again;
    to -= again;
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
    // Signed: bytes of 0x80 and above are negative and so less than a space, too.
    const __m128i special =
        _mm_or_si128(_mm_cmplt_epi8(block, space),
                     _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
    const int plain = mask != 0 ? std::countr_zero(mask) : 16;
    from += plain;
    to += plain;
    if (plain < 16) return done();
  }
#else
  constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  const auto has_zero_byte = [](std::uint64_t word) { return (word - ones) & ~word & highs; };
  for (; end - from >= 8; from += 8, to += 8) {
    std::uint64_t word;
    std::memcpy(&word, from, 8);
    const std::uint64_t controls = (word - ones * 0x20) & ~word & highs;
    if (((word & highs) | controls | has_zero_byte(word ^ (ones * '"')) |
         has_zero_byte(word ^ (ones * '\\'))) != 0) {
      break;
    }
    std::memcpy(to, &word, 8);
  }
#endif
  while (from < end && is_plain(*from)) *to++ = *from++;
  return done();
}

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

}  // namespace

char* write_escaped(char* to, std::string_view text) noexcept {
  for (;;) {
    to = copy_plain(to, text);
    if (text.empty()) return to;
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      to = write_escape(to, text.front());
      text.remove_prefix(1);
      continue;
    }
    const Utf8Sequence sequence = first_utf8_sequence(text);
    to = put(to, sequence.valid ? text.substr(0, sequence.bytes) : replacement_character);
    text.remove_prefix(sequence.bytes);
  }
}

char* write_quoted(char* to, std::string_view text) noexcept {
  *to++ = '"';
  to = write_escaped(to, text);
  *to++ = '"';
  return to;
}

}  // namespace trace::detail
