// SPDX-License-Identifier: Apache-2.0
// Alphabets of tokens: sets of characters, one bit each in a table, so that a run of any alphabet
// is read by the same loop. Constants, safe on any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/ascii.hpp"

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

using text::is_blank;
using text::is_capital;
using text::is_digit;
using text::is_letter;
using text::is_small;

constexpr bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f'); }
constexpr char folded(char c) noexcept { return is_capital(c) ? static_cast<char>(c + 32) : c; }
constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }

constexpr bool is_in(char c, std::string_view characters) noexcept {
  return characters.find(c) != std::string_view::npos;
}

constexpr bool belongs(char c, Alphabet alphabet) noexcept {
  // Beside letters and digits, in the order of the alphabets.
  constexpr std::string_view others[] = {"",     "",    "",    "",      "_-", "_-.",
                                         "_-.~", "_-/", "+/=", "+/=_-", "-"};
  if (is_in(c, others[static_cast<std::size_t>(alphabet)])) return true;
  if (alphabet == Alphabet::digits) return is_digit(c);
  if (alphabet == Alphabet::hex || alphabet == Alphabet::hex_dash) return is_hex(c);
  if (alphabet == Alphabet::upper) return is_capital(c) || is_digit(c);
  return is_letter(c) || is_digit(c);
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
