// White space in secrets: a secret of several lines comes out with other line ends, indented or
// joined, so any run of white space in a secret stands for any run in the text. Constants for
// everything in this folder.
#pragma once

#include <cstddef>
#include <string_view>

namespace trace::detail::secrets {

// What one run of a secret is written as in its forms.
inline constexpr char gap = ' ';

// A run of more bytes than this is no part of a secret: what is held back while a secret may still
// be under way has to have a bound.
inline constexpr std::size_t longest_gap = 128;

constexpr bool is_white_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr std::string_view trimmed_white_space(std::string_view text) noexcept {
  while (!text.empty() && is_white_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace trace::detail::secrets
