// SPDX-License-Identifier: Apache-2.0
// Secret values: decides whether a value is a secret, or a placeholder, a word, a piece of a
// program. Pure functions, safe on any thread; they examine a bounded part of a value.
#pragma once

#include <string_view>

#include "tokens/token_row.hpp"

namespace trace::detail::tokens {

// The notation of a value, as far as it matters.
struct Notation {
  bool quoted = false;  // within quotes
  bool data = false;    // a member of JSON or a variable of an environment, no piece of a program
};

// Whether the characters after a prefix satisfy the row's evidence.
bool is_evident(std::string_view body, Evidence evidence) noexcept;

// Whether a value that follows a name is a secret.
bool is_secret_value(std::string_view value, const TokenRow& row, Notation notation) noexcept;

// Whether a value is a placeholder: <token>, ${TOKEN}, xxxx, changeme, ….
bool is_placeholder(std::string_view value) noexcept;

// Whether it looks generated: at least 8 bytes, no placeholder, and either a digit without the form
// of an identifier of code, or more changes of case than words have.
bool is_generated(std::string_view value) noexcept;

// Whether it is base64 of printable text with a colon.
bool is_user_and_password(std::string_view base64) noexcept;

}  // namespace trace::detail::tokens
