// SPDX-License-Identifier: Apache-2.0
// TokenRow: one row of the table of tokens (tokens/token_table.hpp). Constants, safe on any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tokens/alphabets.hpp"

namespace trace::detail::tokens {

// The form of a row, which determines the part of the text that is removed.
enum class Form : std::uint8_t {
  shaped,        // a prefix and a run of an alphabet: all of it
  assigned,      // a name and a value: name=x, name: x, "name":"x", --name x: the value
  parameter,     // a name and a value in a query, a form or a fragment: ?name=x: the value
  credentials,   // the header Authorization: what follows the scheme
  scheme,        // Bearer x, Basic x outside of such a header: the x
  cookies,       // the headers Cookie and Set-Cookie: the values
  web_token,     // segments of base64 with dots between them: all of it
  key_block,     // a block between banners: the block
  key_lines,     // the lines of base64 after a line with their number: the lines
  url_password,  // the text before the @ of a URL: the password, or a token alone
  attached,      // program … -px: the x
  oracle,        // thin:user/x@: the x
};

// Additional conditions, if the shape alone is too common.
enum class Evidence : std::uint8_t {
  spread,    // enough different characters: not xxxx
  digit,     // and a digit
  mixed,     // and a digit, an upper and a lower case letter
  password,  // a plausible password, not a placeholder
  random,    // generated: letters and digits
  basic,     // base64 of user:password
};

// A run of characters before the prefix that belongs to the token.
struct Lead {
  Alphabet alphabet = Alphabet::digits;
  std::uint8_t least = 0;
  std::uint8_t most = 0;
};

struct TokenRow {
  std::string_view what;  // as docs/redaction.md names it
  Form form;
  std::string_view text;  // the prefix, or the name in lower case; [abc] is one character of these
  std::uint8_t anchor;    // which of its characters the anchor begins with
  Alphabet alphabet = Alphabet::word;
  std::uint16_t least = 0;  // characters after the prefix, or of the value
  std::uint16_t most = 0;
  Evidence evidence = Evidence::spread;
  Lead lead = {};
  // Endings of names, without '_', '-' and '.', separated by '|'.
  std::string_view names = {};
};

// Names match in any case, prefixes in their own.
constexpr bool is_folded(Form form) noexcept {
  return form != Form::shaped && form != Form::web_token && form != Form::key_block &&
         form != Form::key_lines;
}

// One element of a row's text: the characters that it matches.
struct Element {
  std::array<std::uint64_t, 2> bits{};

  constexpr void add(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    bits[byte >> 6U & 1U] |= std::uint64_t{1} << (byte & 63U);
  }
  constexpr bool has(char c) const noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && (bits[byte >> 6U] >> (byte & 63U) & 1U) != 0;
  }
  friend constexpr bool operator==(const Element&, const Element&) = default;
};

// The characters of a row's text, where [abc] is one.
constexpr std::size_t elements_of(std::string_view text) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i, ++count) {
    if (text[i] == '[') i = text.find(']', i);
  }
  return count;
}

// The element at `index`; after the text, the row's alphabet.
constexpr Element element_of(const TokenRow& row, std::size_t index) noexcept {
  Element element;
  const auto add = [&](char c) {
    element.add(c);
    if (is_folded(row.form) && is_small(c)) element.add(static_cast<char>(c - 32));
  };
  std::size_t at = 0;
  for (std::size_t i = 0; i < row.text.size(); ++i, ++at) {
    const std::size_t end = row.text[i] == '[' ? row.text.find(']', i) : i;
    if (at == index) {
      if (end == i) add(row.text[i]);
      for (std::size_t c = i + 1; c < end; ++c) add(row.text[c]);
      return element;
    }
    i = end;
  }
  for (unsigned c = 0; c < 128; ++c) {
    if (belongs(static_cast<char>(c), row.alphabet)) element.add(static_cast<char>(c));
  }
  return element;
}

}  // namespace trace::detail::tokens
