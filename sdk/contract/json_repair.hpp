// SPDX-License-Identifier: Apache-2.0
// Makes untrusted JSON valid for the contract: checked, on one line, its text repaired. The encoder
// uses it for `data`, `outputSummary` and trace::Json fields, the summariser for a component's
// output.
//
// Repaired, not refused: invalid UTF-8 and lone surrogate escapes (both become U+FFFD), \u0000
// (becomes U+2400). Unchanged: numbers of any size, the order of keys, other escapes. Safe on any
// thread; each thread has its own parser.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace trace::detail::contract {

// Maximum nesting of a value. The parser of whole envelopes allows a few more levels, so that each
// value that passes here is readable there.
inline constexpr std::size_t max_json_depth = 200;

// Minified JSON; nullopt if `text` is not valid JSON, or nested too deeply.
std::optional<std::string> repaired_json_value(std::string_view text);
// The same; nullopt if the value is not an object.
std::optional<std::string> repaired_json_object(std::string_view text);
// The same for an event's `data`; sets `has_reserved` if one of its keys is reserved
// (data_keys.hpp).
std::optional<std::string> repaired_data(std::string_view text, bool& has_reserved);

}  // namespace trace::detail::contract
