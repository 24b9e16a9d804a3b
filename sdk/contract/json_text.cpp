#include "contract/json_text.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <iterator>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace trace::detail {
namespace {

// Plain bytes go into a JSON string as they are: printable ASCII but '"' and '\'.
constexpr bool is_plain(char c) noexcept {
  return static_cast<signed char>(c) >= 0x20 && c != '"' && c != '\\';
}

// Position of the first byte from `at` on that is not plain, or text.size(). Whole blocks first:
// most text is plain, and this loop is where the writer spends its time.
std::size_t find_not_plain(std::string_view text, std::size_t at) noexcept {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i space = _mm_set1_epi8(0x20);
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    // Signed: bytes of 0x80 and above are negative and so less than a space, too.
    const __m128i special =
        _mm_or_si128(_mm_cmplt_epi8(block, space),
                     _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
#else
  constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  const auto has_zero_byte = [](std::uint64_t word) { return (word - ones) & ~word & highs; };
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t controls = (word - ones * 0x20) & ~word & highs;
    if (((word & highs) | controls | has_zero_byte(word ^ (ones * '"')) |
         has_zero_byte(word ^ (ones * '\\'))) != 0) {
      break;
    }
  }
#endif
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\0':
      out += symbol_for_null;
      return;
    default:
      constexpr char hex[] = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
  }
}

template <class Float>
void append_float(std::string& out, Float value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  fmt::format_to(std::back_inserter(out), "{}", value);
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t copied = 0;  // everything before is in `out`
  for (std::size_t at = find_not_plain(text, 0); at < text.size(); at = find_not_plain(text, at)) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      out.append(text, copied, at - copied);
      append_escaped(out, text[at]);
      copied = ++at;
      continue;
    }
    const Utf8Sequence sequence = first_utf8_sequence(text.substr(at));
    if (!sequence.valid) {
      out.append(text, copied, at - copied);
      out += replacement_character;
      copied = at + sequence.bytes;
    }
    at += sequence.bytes;
  }
  out.append(text, copied, text.size() - copied);
  out += '"';
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

}  // namespace trace::detail
