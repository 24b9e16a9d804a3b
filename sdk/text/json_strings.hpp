// Strings within valid JSON text, found and read without a parser: redaction looks at each value as
// its reader will. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trace::detail::text {

// Behind the string whose quote is at `at`.
std::size_t end_of_json_string(std::string_view json, std::size_t at) noexcept;

// What a string, given with its quotes, stands for.
std::string value_of_json_string(std::string_view string);

}  // namespace trace::detail::text
