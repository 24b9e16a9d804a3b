// Rewriting of JSON text below its grammar, for what simdjson refuses and the contract does not.
// Used by JsonDocument only, and only for the rare text that needs it. The text need not be JSON:
// what is none before is none afterwards. Pure functions, safe on any thread.
#pragma once

#include <string>
#include <string_view>

namespace trace::detail::text {

// Invalid UTF-8 and lone surrogate escapes become U+FFFD, \u0000 becomes U+2400.
std::string with_repaired_strings(std::string_view json);

// Numbers that a 64-bit integer or a double may not hold become strings: "\u0000" before the
// digits as they stand.
std::string with_long_numbers_marked(std::string_view json);

}  // namespace trace::detail::text
