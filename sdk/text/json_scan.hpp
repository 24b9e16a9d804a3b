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

// The end of the value at `at` of valid JSON without white space.
std::size_t end_of_json_value(std::string_view json, std::size_t at) noexcept;

// True for -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_json_number(std::string_view text) noexcept;

// Whether the text has a decimal fraction with more than 17 significant digits, which a double
// would round. May be true for such digits in a string.
bool has_imprecise_number(std::string_view json) noexcept;

// The value of a string of valid JSON, given with its quotes.
std::string value_of_json_string(std::string_view string);

// Invalid UTF-8 and lone surrogate escapes become U+FFFD, \u0000 becomes U+2400.
std::string with_repaired_strings(std::string_view json);

// Numbers of more than 18 characters or with an exponent, all that exceed the range of a 64-bit
// integer or a double or the digits of one among them, become strings: "\u0000" followed by the
// number.
std::string with_long_numbers_marked(std::string_view json);

}  // namespace trace::detail::text
