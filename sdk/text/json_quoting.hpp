// Quoting text for JSON into memory that is already there: the innermost loop of delivery. Repairs
// on the way: each invalid UTF-8 sequence (see first_utf8_sequence) becomes U+FFFD, NUL becomes
// U+2400. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace trace::detail::text {

// The most bytes that a text of so many takes, quotes included; what the functions below need.
constexpr std::size_t quoted_bound(std::size_t text_bytes) noexcept { return 6 * text_bytes + 18; }

// Writes the bytes as they are; answers where they end.
inline char* put(char* to, std::string_view bytes) noexcept {
  std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

// Writes the text without its quotes; answers where it ends. Bytes behind the end may be
// overwritten, within the bound.
char* write_escaped(char* to, std::string_view text) noexcept;

// The same with its quotes.
char* write_quoted(char* to, std::string_view text) noexcept;

}  // namespace trace::detail::text
