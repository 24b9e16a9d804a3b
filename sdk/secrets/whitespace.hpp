// SPDX-License-Identifier: Apache-2.0
// White space in secrets: a secret of several lines may be printed with other line ends, indented
// or joined, so any run of white space in a secret matches any run in the text. Constants for this
// folder.
#pragma once

#include <cstddef>
#include <string_view>

namespace trace::detail::secrets {

// Represents a run of white space in forms.
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

}  // namespace trace::detail::secrets
