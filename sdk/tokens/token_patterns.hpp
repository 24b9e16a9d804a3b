// Token patterns: what nobody registered as a secret and its shape gives away: the rows of
// tokens/token_table.hpp. Conservative: a placeholder and what is only similar stay. Linear in the
// text's size. Pure functions, safe on any thread; the encoder runs them over each value that it
// sends.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "tokens/token_text.hpp"

namespace trace::detail::tokens {

// The first part that is to be replaced and does not begin before `from`.
std::optional<TextPart> next_token(std::string_view text, std::size_t from = 0) noexcept;

// Appends the text with `replacement` for each part, and again while what is left has one: next to
// what was replaced, a token may begin that did not before.
void append_without_tokens(std::string& out, std::string_view text, std::string_view replacement);

// The same for the value of a member of JSON or of an event's data, where its name says what it is.
bool has_token(std::string_view name, std::string_view value) noexcept;
void append_without_tokens(std::string& out, std::string_view name, std::string_view value,
                           std::string_view replacement);

}  // namespace trace::detail::tokens
