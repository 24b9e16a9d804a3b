// SPDX-License-Identifier: Apache-2.0
// What people see: errors on stderr and the exit codes; numbers, JSON on several lines, and text
// from elsewhere, escaped for a terminal: characters that could move the cursor, change colours or
// reorder text. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trace::cli {

namespace exit_code {  // each command's --help repeats them
inline constexpr int ok = 0;
inline constexpr int failed = 1;  // the result is negative, or there is none; stderr says why
inline constexpr int usage = 2;   // wrong options or configuration
inline constexpr int not_started = 125;  // run and docker: usage, configuration, no child
inline constexpr int interrupted = 130;  // ended early by Ctrl-C or SIGTERM
}  // namespace exit_code

namespace output {

// 1204 -> "1,204".
std::string thousands(std::uint64_t number);

// Control characters (C0, DEL, C1) and those that change the direction of text become \n, \t, \x1b,
// \u{9b} …; bytes that are not UTF-8 become \xff. Everything else is unchanged.
std::string printable(std::string_view text);

// The same for the text of a JSON document, with JSON's escapes, so its value is unchanged.
std::string printable_json(std::string_view json);

// `json` must be a valid document. Its values and the order of its members are unchanged: a JSON
// library would rewrite numbers (1.10 becomes 1.1E0)
// (docs/decisions/0027-what-stays-hand-written.md).
std::string indented_json(std::string_view json);

// Writes "shiptrace: <text>" to stderr, printable. Returns `code`.
int fail(std::string_view text, int code = exit_code::failed);

}  // namespace output
}  // namespace trace::cli
