// SPDX-License-Identifier: Apache-2.0
// Reading and rewriting of JSON text below its grammar: its strings and its numbers, without a
// parser. Redaction reads each string as its reader will; JsonDocument rewrites what simdjson
// refuses and the contract allows. Text that is not JSON stays invalid. Pure functions, safe on any
// thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trace::detail::text {

// The end of the string whose opening quote is at `at`, past its closing quote.
std::size_t end_of_json_string(std::string_view json, std::size_t at) noexcept;

// The value of a string of valid JSON, given with its quotes.
std::string value_of_json_string(std::string_view string);

// Invalid UTF-8 and lone surrogate escapes become U+FFFD, \u0000 becomes U+2400.
std::string with_repaired_strings(std::string_view json);

// Numbers outside the range of a 64-bit integer or a double become strings: "\u0000" followed by
// the digits.
std::string with_long_numbers_marked(std::string_view json);

}  // namespace trace::detail::text
