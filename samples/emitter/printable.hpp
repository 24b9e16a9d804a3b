// Text of others on our terminal: what could move the cursor, recolour or reorder the screen is
// written as an escape instead. Pure functions, safe on any thread.
#pragma once

#include <string>
#include <string_view>

namespace trace::cli {

// Control characters (C0, DEL, C1) and the characters that reverse the direction of text become
// \n, \t, \x1b, \u{9b} …; bytes that are no UTF-8 become \xff. Everything else stays.
std::string printable(std::string_view text);

// The same for the text of a JSON document: the escapes are JSON's, so its value stays the same.
std::string printable_json(std::string_view json);

}  // namespace trace::cli
