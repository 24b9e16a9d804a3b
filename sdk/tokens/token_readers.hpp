// SPDX-License-Identifier: Apache-2.0
// The readers of tokens, one for each form of the table's rows: they find the token around an
// anchor. Each is linear: it examines a bounded part of the text, or returns the run that it has
// read. Also decides whether a value is a secret or a placeholder, a word, a piece of a program
// (secret_values.cpp). Pure functions, safe on any thread; used by token_patterns.cpp.
#pragma once

#include <optional>
#include <string_view>

#include "tokens/token_table.hpp"
#include "tokens/token_text.hpp"

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

using FoundPart = std::optional<TextPart>;

// `at` is where the row's text begins, of assigned values and parameters its anchor.
FoundPart shaped_token(const TokenText& text, std::size_t at, const TokenRow& row) noexcept;
FoundPart web_token(const TokenText& text, std::size_t at, const TokenRow& row) noexcept;
FoundPart key_block(const TokenText& text, std::size_t at, const TokenRow& row) noexcept;
FoundPart key_lines(const TokenText& text, std::size_t at, const TokenRow& row) noexcept;
FoundPart assigned_value(const TokenText& text, std::size_t at, const TokenRow& row) noexcept;
FoundPart parameter(const TokenText& text, std::size_t at, const TokenRow& row) noexcept;
FoundPart attached_password(const TokenText& text, std::size_t at, const TokenRow& row) noexcept;
FoundPart credentials(const TokenText& text, std::size_t at, const TokenRow& row) noexcept;
FoundPart scheme_and_token(const TokenText& text, std::size_t at, const TokenRow& row) noexcept;
FoundPart cookies(const TokenText& text, std::size_t at, const TokenRow& row) noexcept;
FoundPart url_password(const TokenText& text, std::size_t at, const TokenRow& row) noexcept;
FoundPart oracle_password(const TokenText& text, std::size_t at, const TokenRow& row) noexcept;

// The same in the value of such a header.
FoundPart credentials_in(std::string_view value) noexcept;
FoundPart cookies_in(std::string_view value, bool sets) noexcept;

// Whether a name ends with one of the row's names, ignoring separators of words.
bool is_named(std::string_view name, const TokenRow& row) noexcept;

}  // namespace trace::detail::tokens
