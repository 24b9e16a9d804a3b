// Secret values: whether what stands in the place of a secret is one, or a placeholder, a word, a
// piece of a program. Pure functions, safe on any thread; they look at a bounded start of a value.
#pragma once

#include <string_view>

#include "tokens/token_row.hpp"

namespace trace::detail::tokens {

// How a value is written, as far as it says something about it.
struct Notation {
  bool quoted = false;  // within quotes
  bool data = false;    // a member of JSON or a variable of an environment, no piece of a program
};

// Whether the characters behind a prefix are what the row asks for.
bool is_evident(std::string_view body, Evidence evidence) noexcept;

// Whether a value that follows a name is a secret.
bool is_secret_value(std::string_view value, const TokenRow& row, Notation notation) noexcept;

// Whether a value only shows where a secret would be: <token>, ${TOKEN}, xxxx, changeme, ….
bool is_placeholder(std::string_view value) noexcept;

// Whether a program made it: no word has a digit, or changes its case so often.
bool is_generated(std::string_view value) noexcept;

// Whether it is base64 of printable text with a colon.
bool is_user_and_password(std::string_view base64) noexcept;

}  // namespace trace::detail::tokens
