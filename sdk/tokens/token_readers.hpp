// SPDX-License-Identifier: Apache-2.0
// The readers of tokens, one for each form of the table's rows: they find the token around an
// anchor. Each is linear: it examines a bounded part of the text, or returns the run that it has
// read. Pure functions, safe on any thread; used by token_patterns.cpp.
#pragma once

#include <optional>

#include "tokens/secret_values.hpp"
#include "tokens/token_row.hpp"
#include "tokens/token_text.hpp"

namespace trace::detail::tokens {

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
