// SPDX-License-Identifier: Apache-2.0
// The primitives for writing contract JSON: quoted text and numbers. They run for every event that
// is delivered: write_…() into existing memory, the innermost loop of delivery; append_…() only
// append, and throw only std::bad_alloc. Pure functions, safe on any thread.
//
// Quoting repairs: each invalid UTF-8 sequence (see first_utf8_sequence) becomes U+FFFD, NUL
// becomes U+2400.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace trace::detail::text {

// The maximum size of the quoted text, which the functions below require.
constexpr std::size_t quoted_bound(std::size_t text_bytes) noexcept { return 6 * text_bytes + 18; }

// Writes the bytes unchanged; returns their end.
inline char* put(char* to, std::string_view bytes) noexcept {
  std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

// Copies the leading bytes of `from` that need no escape and no check, printable ASCII except '"'
// and '\\', and advances it; returns the end. Bytes after that end may be overwritten, but not more
// than the text has.
char* copy_plain(char* to, const char*& from, const char* end) noexcept;

// Writes the text without quotes; returns its end. Bytes after the end may be overwritten, within
// the bound.
char* write_escaped(char* to, std::string_view text) noexcept;

// The same with quotes.
char* write_quoted(char* to, std::string_view text) noexcept;

// Appends `text` as a JSON string with its quotes.
void append_quoted(std::string& out, std::string_view text);
// The JSON string by itself.
std::string in_quotes(std::string_view text);

void append_number(std::string& out, std::int64_t value);
void append_number(std::string& out, std::uint64_t value);

// The shortest text that reads back as the same value. JSON has no NaN and no infinity: callers
// refuse those before, naming the field. If one arrives here it is written as a string, so that the
// JSON around it stays valid.
void append_number(std::string& out, double value);
void append_number(std::string& out, float value);
// The same into memory, at most longest_number bytes; returns the end.
inline constexpr std::size_t longest_number = 32;
char* write_number(char* to, double value);
char* write_number(char* to, float value);

template <std::integral T>
void append_number(std::string& out, T value) {
  static_assert(!std::same_as<T, bool>, "true and false are not numbers");
  if constexpr (std::signed_integral<T>) {
    append_number(out, static_cast<std::int64_t>(value));
  } else {
    append_number(out, static_cast<std::uint64_t>(value));
  }
}

}  // namespace trace::detail::text
