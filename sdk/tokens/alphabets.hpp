// SPDX-License-Identifier: Apache-2.0
// Alphabets of tokens: sets of characters, one bit each in a table, so that a run of any alphabet
// is read by the same loop. Constants, safe on any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace trace::detail::tokens {

enum class Alphabet : std::uint8_t {
  digits,
  hex,         // lower case
  upper,       // upper case and digits
  letters,     // letters and digits
  word,        // letters, digits, '_' and '-'
  dotted,      // word and '.'
  tilde,       // dotted and '~'
  path,        // word and '/'
  base64,      // letters, digits, '+', '/' and '='
  any_base64,  // base64, '_' and '-'
  hex_dash,    // hex and '-'
};

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) noexcept { return is_upper(c) || is_lower(c); }
constexpr bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f'); }
constexpr char folded(char c) noexcept { return is_upper(c) ? static_cast<char>(c + 32) : c; }

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }

constexpr bool is_in(char c, std::string_view characters) noexcept {
  return characters.find(c) != std::string_view::npos;
}

constexpr bool belongs(char c, Alphabet alphabet) noexcept {
  const bool letter_or_digit = is_letter(c) || is_digit(c);
  switch (alphabet) {
    case Alphabet::digits:
      return is_digit(c);
    case Alphabet::hex:
      return is_hex(c);
    case Alphabet::upper:
      return is_upper(c) || is_digit(c);
    case Alphabet::letters:
      return letter_or_digit;
    case Alphabet::word:
      return letter_or_digit || c == '_' || c == '-';
    case Alphabet::dotted:
      return letter_or_digit || c == '_' || c == '-' || c == '.';
    case Alphabet::tilde:
      return letter_or_digit || c == '_' || c == '-' || c == '.' || c == '~';
    case Alphabet::path:
      return letter_or_digit || c == '_' || c == '-' || c == '/';
    case Alphabet::base64:
      return letter_or_digit || c == '+' || c == '/' || c == '=';
    case Alphabet::any_base64:
      return letter_or_digit || is_in(c, "+/=_-");
    case Alphabet::hex_dash:
      return is_hex(c) || c == '-';
  }
  return false;
}

inline constexpr std::array<std::uint16_t, 256> alphabets_of = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned c = 0; c < 128; ++c) {
    for (unsigned each = 0; each <= static_cast<unsigned>(Alphabet::hex_dash); ++each) {
      if (belongs(static_cast<char>(c), static_cast<Alphabet>(each))) {
        table[c] = static_cast<std::uint16_t>(table[c] | 1U << each);
      }
    }
  }
  return table;
}();

inline bool is_of(char c, Alphabet alphabet) noexcept {
  return (alphabets_of[static_cast<unsigned char>(c)] >> static_cast<unsigned>(alphabet) & 1U) != 0;
}

}  // namespace trace::detail::tokens
