// SPDX-License-Identifier: Apache-2.0
// UTF-8 as the contract requires it: well-formed text without NUL, which the backend's stores
// cannot keep. Used by the JSON writer, the parser of untrusted JSON and everything that truncates
// text. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trace::detail::text {

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD
inline constexpr std::string_view symbol_for_null = "\xE2\x90\x80";        // U+2400

// A byte of a character after its first.
constexpr bool is_continuation(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// The bytes at the front of a text that belong together.
struct Utf8Sequence {
  std::size_t bytes;  // at least 1
  bool valid;         // false: they are to be replaced by one U+FFFD
};

// The sequence at the front of `text`, which is not empty. An invalid sequence is the longest
// prefix of a well-formed one ("maximal subpart"), otherwise one byte; an encoded surrogate is
// taken as a whole.
Utf8Sequence first_utf8_sequence(std::string_view text) noexcept;

bool is_valid_utf8(std::string_view text) noexcept;

// Number of bytes at the end of `text` that begin an incomplete character; 0 to 3.
std::size_t unfinished_utf8_bytes(std::string_view text) noexcept;

// Appends `text` with each invalid sequence replaced. NUL is kept, because callers give it a
// meaning.
void append_valid_utf8(std::string& out, std::string_view text);

// The longest prefix of `text` of at most `max_bytes` bytes that does not end within a character.
// Only the cut is checked: invalid sequences elsewhere are kept.
std::string_view trimmed_utf8(std::string_view text, std::size_t max_bytes) noexcept;

// The same for the longest end of `text`: it does not begin within a character.
std::string_view utf8_tail(std::string_view text, std::size_t max_bytes) noexcept;

}  // namespace trace::detail::text
