// SPDX-License-Identifier: Apache-2.0
// Quotes text for JSON into existing memory: the innermost loop of delivery. Repairs: each invalid
// UTF-8 sequence (see first_utf8_sequence) becomes U+FFFD, NUL becomes U+2400. Pure functions, safe
// on any thread.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace trace::detail::text {

// The maximum size of the quoted text, which the functions below require.
constexpr std::size_t quoted_bound(std::size_t text_bytes) noexcept { return 6 * text_bytes + 18; }

// Writes the bytes unchanged; returns their end.
inline char* put(char* to, std::string_view bytes) noexcept {
  std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

// Writes the text without quotes; returns its end. Bytes after the end may be overwritten, within
// the bound.
char* write_escaped(char* to, std::string_view text) noexcept;

// The same with quotes.
char* write_quoted(char* to, std::string_view text) noexcept;

}  // namespace trace::detail::text
