// SPDX-License-Identifier: Apache-2.0
// The forms of a secret: every text that is the secret or is derived from it alone, made when it is
// added. Forms consist of symbols, the units in which secrets and texts are compared: letters have
// no case, and the two characters in which base64's alphabets differ are one symbol each, so that
// one form covers several spellings. Also defines line breaks within encoded text. Pure functions,
// safe on any thread.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace trace::detail::secrets {

// A secret of several lines may be printed with other line ends, indented or joined, so any run of
// white space in a secret matches any run in the text. The symbol of such a run:
inline constexpr char gap = ' ';

// A longer run is not part of a secret: the number of bytes held back for a partial match must be
// bounded.
inline constexpr std::size_t longest_gap = 128;

constexpr bool is_white_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr std::string_view trimmed_white_space(std::string_view text) noexcept {
  while (!text.empty() && is_white_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white_space(text.back())) text.remove_suffix(1);
  return text;
}

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
// is a line end and the following white space, also as \n and \r in JSON text, or preceded by the
// '=' of quoted-printable. To distinguish it from the end of a line of words, it must follow a '='
// or this number of characters without white space.
inline constexpr std::size_t shortest_wrapped_line = 16;
inline constexpr std::size_t longest_break = 32;

// If a form is broken after fewer symbols, the symbols before the break are kept: otherwise the end
// of every other line would have to wait for the next one.
inline constexpr std::size_t fewest_before_break = 4;

constexpr bool is_in_wrapped_line(char c) noexcept { return c > ' ' && c != '\\' && c != 0x7F; }
// The letter of an escaped line end.
constexpr bool is_line_end_letter(char c) noexcept { return c == 'n' || c == 'r'; }

// Shorter values and forms match by accident.
inline constexpr std::size_t shortest_secret = 6;

// The value as it is searched for: each run of white space is a gap, none at the ends.
std::string with_gaps(std::string_view text);

// Longer values have fewer forms: those that occur in practice. All symbols of all forms are kept,
// so this bounds the memory per byte of a long secret.
inline constexpr std::size_t longest_with_all_forms = 512;

// The value and its forms in base64 (three alignments), hexadecimal, URL and JSON encodings (JSON
// also within JSON), and, of a value of several lines, each line that is a token by itself. Of
// values that are not long also what quotings and rarer encodings make of it. Sorted, each once,
// none shorter than `shortest` bytes. Gaps as in with_gaps().
std::vector<std::string> secret_forms(std::string_view value,
                                      std::size_t shortest = shortest_secret);

}  // namespace trace::detail::secrets
