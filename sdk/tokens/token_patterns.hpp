// SPDX-License-Identifier: Apache-2.0
// Token patterns: finds secrets that were not registered, by their shape: the rows of
// tokens/token_table.hpp. Conservative: placeholders and similar text are kept. Linear in the
// text's size. Pure functions, safe on any thread; the encoder applies them to each value that it
// sends.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "tokens/token_text.hpp"

namespace trace::detail::tokens {

// The first part to replace that begins at or after `from`.
std::optional<TextPart> next_token(std::string_view text, std::size_t from = 0) noexcept;

// Appends the text with `replacement` for each part, and repeats that until nothing is found, at
// most eight times: a token may begin next to a replacement.
void append_without_tokens(std::string& out, std::string_view text, std::string_view replacement);

// The same for the value of a member of JSON or of an event's data, where its name says what it is.
bool has_token(std::string_view name, std::string_view value) noexcept;
void append_without_tokens(std::string& out, std::string_view name, std::string_view value,
                           std::string_view replacement);

}  // namespace trace::detail::tokens
