// SPDX-License-Identifier: Apache-2.0
// Lexical rewriting of JSON text, for what simdjson refuses and the contract allows. Used by
// JsonDocument only, for the rare text that needs it. Invalid JSON stays invalid. Pure functions,
// safe on any thread.
#pragma once

#include <string>
#include <string_view>

namespace trace::detail {

// Invalid UTF-8 and lone surrogate escapes become U+FFFD, \u0000 becomes U+2400.
std::string with_repaired_strings(std::string_view json);

// Numbers outside the range of a 64-bit integer or a double become strings: "\u0000" followed by
// the digits.
std::string with_long_numbers_marked(std::string_view json);

}  // namespace trace::detail
