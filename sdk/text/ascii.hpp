// SPDX-License-Identifier: Apache-2.0
// Locale-independent classes of ASCII characters, and small text functions shared by all code that
// examines text by character. Pure functions, safe on any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace trace::detail::text {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_capital(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_small(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) noexcept { return is_small(static_cast<char>(c | 0x20)); }
constexpr bool is_letter_or_digit(char c) noexcept { return is_letter(c) || is_digit(c); }
constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

// The character at an offset; NUL after the end.
constexpr char at(std::string_view text, std::size_t place) noexcept {
  return place < text.size() ? text[place] : '\0';
}

// The text from an offset; empty after the end.
constexpr std::string_view from(std::string_view text, std::size_t place) noexcept {
  text.remove_prefix(std::min(place, text.size()));
  return text;
}

// Number of leading characters of a class.
template <class Class>
constexpr std::size_t length_of(std::string_view text, Class is_in_class) noexcept {
  std::size_t length = 0;
  while (length < text.size() && is_in_class(text[length])) ++length;
  return length;
}

constexpr std::string_view without_blanks_before(std::string_view text) noexcept {
  text.remove_prefix(length_of(text, is_blank));
  return text;
}

constexpr std::string_view without_blanks_around(std::string_view text) noexcept {
  text = without_blanks_before(text);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Up to the first blank, or the bound, because a longer word is not a name.
constexpr std::string_view first_word(std::string_view text, std::size_t bound = 128) noexcept {
  text = text.substr(0, bound);
  text = text.substr(0, text.find(' '));
  return text.substr(0, text.find('\t'));
}

}  // namespace trace::detail::text
