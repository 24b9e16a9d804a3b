// SPDX-License-Identifier: Apache-2.0
// The primitives for writing contract JSON: quoted text, numbers, time stamps, and untrusted JSON
// made valid (the headers included below).
//
// append_quoted() and append_number() run for every event that is delivered. They only append, and
// throw only std::bad_alloc. Pure functions, safe on any thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace trace::detail::text {

// Appends `text` as a JSON string with its quotes. Repairs: each invalid UTF-8 sequence (see
// first_utf8_sequence) becomes U+FFFD, NUL becomes U+2400.
void append_quoted(std::string& out, std::string_view text);

void append_number(std::string& out, std::int64_t value);
void append_number(std::string& out, std::uint64_t value);

// The shortest text that reads back as the same value. JSON has no NaN and no infinity: callers
// refuse those before, naming the field. If one arrives here it is written as a string, so that the
// JSON around it stays valid.
void append_number(std::string& out, double value);
void append_number(std::string& out, float value);

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
