// Foreign JSON made fit for the contract: checked, on one line, its text repaired. The encoder
// uses it for `data`, `outputSummary` and trace::Json fields, the summariser for a component's
// output.
//
// Repaired, not refused: invalid UTF-8 and lone surrogate escapes (both become U+FFFD), \u0000
// (becomes U+2400). Kept as they stand: numbers of any size, the order of keys, other escapes.
// Safe on any thread; each thread keeps a parser of its own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace trace::detail::contract {

// Levels of arrays and objects that a value may have. The parser of whole envelopes allows a few
// more, so that each value that passes here is readable there.
inline constexpr std::size_t max_json_depth = 200;

// Minified JSON text; nothing when `text` is no JSON, or nested too deeply.
std::optional<std::string> repaired_json_value(std::string_view text);
// The same, and nothing when the value is no object.
std::optional<std::string> repaired_json_object(std::string_view text);

}  // namespace trace::detail::contract
