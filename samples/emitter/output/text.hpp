// SPDX-License-Identifier: Apache-2.0
// Text for a terminal: numbers, JSON on several lines, and foreign text, in which characters that
// could move the cursor, change colours or reorder text are escaped. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trace::cli::output {

// 1204 -> "1,204".
std::string thousands(std::uint64_t number);

// Control characters (C0, DEL, C1) and those that change the direction of text become \n, \t, \x1b,
// \u{9b} …; bytes that are not UTF-8 become \xff. Everything else is unchanged.
std::string printable(std::string_view text);

// The same for the text of a JSON document, with JSON's escapes, so its value is unchanged.
std::string printable_json(std::string_view json);

// The text as a JSON string, with quotes.
std::string json_string(std::string_view text);

// `json` must be a valid document. Its values and the order of its members are unchanged: a JSON
// library would rewrite numbers (1.10 becomes 1.1E0)
// (docs/decisions/0027-what-stays-hand-written.md).
std::string indented_json(std::string_view json);

}  // namespace trace::cli::output
