// SPDX-License-Identifier: Apache-2.0
// Finds and reads strings within valid JSON text without a parser: redaction searches each value as
// its reader will see it. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trace::detail {

// The end of the string whose quote is at `at`.
std::size_t end_of_json_string(std::string_view json, std::size_t at) noexcept;

// The value of a string, given with its quotes.
std::string value_of_json_string(std::string_view string);

}  // namespace trace::detail
