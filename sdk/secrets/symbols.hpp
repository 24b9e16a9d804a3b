// Symbols: what secrets and texts are compared as. Letters have no case, and the two characters
// in which base64's alphabets differ are one symbol each, so that one form of a secret stands for
// several. Also what a line break within an encoded text is. Constants for everything in this
// folder.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "secrets/whitespace.hpp"

namespace trace::detail::secrets {

inline constexpr std::array<char, 256> symbol_table = [] {
  std::array<char, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<char>(i);
  for (char c = 'A'; c <= 'Z'; ++c) {
    table[static_cast<unsigned char>(c)] = static_cast<char>(c - 'A' + 'a');
  }
  table['-'] = '+';
  table['_'] = '/';
  return table;
}();

constexpr char symbol_of(char c) noexcept { return symbol_table[static_cast<unsigned char>(c)]; }

inline std::string with_symbols(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = symbol_of(c);
  return out;
}

// Line breaks within a form are skipped: base64(1), PEM, MIME and editors wrap long lines. A break
// is a line end and the white space behind it, also as \n and \r in JSON text, with the '=' of
// quoted-printable in front. To tell it from the end of a line of words, it has to follow a '=' or
// so many characters without white space.
inline constexpr std::size_t shortest_wrapped_line = 16;
inline constexpr std::size_t longest_break = 32;

// Of a form that is broken after fewer symbols, the symbols in front of the break stay: else the
// end of every other line would have to wait for the next one.
inline constexpr std::size_t fewest_before_break = 4;

constexpr bool is_in_wrapped_line(char c) noexcept { return c > ' ' && c != '\\' && c != 0x7F; }
// The letter of an escaped line end.
constexpr bool is_line_end_letter(char c) noexcept { return c == 'n' || c == 'r'; }

}  // namespace trace::detail::secrets
