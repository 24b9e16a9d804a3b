// SPDX-License-Identifier: Apache-2.0
// Quotings of text by shells, languages, markup and mail: what a trace of commands, a repr(), a
// page or an SQL statement make of a secret. Used to compute the forms of a secret, not on a hot
// path. Pure functions, safe on any thread.
#pragma once

#include <string>
#include <string_view>

namespace trace::detail::secrets {

// Each `from` as `to`: ' as '\'' in a shell, " as "" in CSV.
std::string replaced(std::string_view text, char from, std::string_view to);

// Backslashes before characters that are special to a shell (printf %q).
std::string shell_escaped(std::string_view text);

// The inside of a string of C, Python and the like, and of a shell's $'…'.
struct StringStyle {
  char quote = '\'';  // 0: none is escaped
  // How bytes beyond ASCII are written.
  enum class Bytes : unsigned char { as_they_are, octal, hexadecimal } bytes = Bytes::as_they_are;
};
std::string string_escaped(std::string_view text, const StringStyle& style);

// How HTML writers escape quotes; & < > are the same for all. Empty: not escaped.
struct HtmlStyle {
  std::string_view double_quote = {};
  std::string_view single_quote = {};
};
std::string html_escaped(std::string_view text, const HtmlStyle& style);

std::string quoted_printable(std::string_view bytes);

}  // namespace trace::detail::secrets
