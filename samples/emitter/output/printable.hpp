// SPDX-License-Identifier: Apache-2.0
// Escapes text from elsewhere for a terminal: characters that could move the cursor, change colours
// or reorder text. Pure functions, safe on any thread.
#pragma once

#include <string>
#include <string_view>

namespace trace::cli::output {

// Control characters (C0, DEL, C1) and those that change the direction of text become \n, \t, \x1b,
// \u{9b} …; bytes that are not UTF-8 become \xff. Everything else is unchanged.
std::string printable(std::string_view text);

// The same for the text of a JSON document, with JSON's escapes, so its value is unchanged.
std::string printable_json(std::string_view json);

}  // namespace trace::cli::output
