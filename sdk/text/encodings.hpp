// SPDX-License-Identifier: Apache-2.0
// Encodings and quotings of text within other text: what URLs, headers, JSON, shells, languages,
// markup and mail make of it. Used to compute the forms of a secret and to build the URLs of HTTP
// requests, not on a hot path. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trace::detail::text {

enum class Base64 : unsigned char { standard, url_safe };
enum class HexDigits : unsigned char { lower, upper };

// Without padding.
std::string base64(std::string_view bytes, Base64 alphabet);

// The characters of base64 that depend on `bytes` alone if `before` (0, 1 or 2) other bytes of
// their group of three precede them and anything follows.
std::string base64_inside(std::string_view bytes, std::size_t before, Base64 alphabet);

std::string hexadecimal(std::string_view bytes, HexDigits digits);

// Each character as \u0041, two of them beyond the first plane.
std::string unicode_escaped(std::string_view text);

// Percent-encoding. `space` is how a space is written.
enum class UrlStyle : unsigned char {
  component,  // all but letters, digits and -_.~ (encodeURIComponent leaves !*'() too: see lenient)
  form,       // the same with '+' for a space
  lenient,    // all but what encodeURIComponent leaves
  slashes,    // as component, but '/' stays (Python's quote())
  path,       // only what must be: controls, space, non-ASCII, and "#%<>?[\]^`{|}
  whole,      // as path, but '#' and '?' stay (JavaScript's encodeURI())
};
std::string url_encoded(std::string_view bytes, UrlStyle style, HexDigits digits);

// The inside of a JSON string, as different writers make it.
struct JsonStyle {
  bool escapes_slash = false;      // \/ (PHP)
  bool escapes_non_ascii = false;  // \u00e9 (Python, PHP, Java)
  bool escapes_html = false;       // \u003c, \u003e, \u0026 (Go)
  bool escapes_quotes = false;     // \u0022, \u0027, \u002b, \u0060 as well (.NET)
  bool escapes_controls = false;   // \u000a instead of \n
  HexDigits digits = HexDigits::lower;
};
std::string json_escaped(std::string_view text, const JsonStyle& style);

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

}  // namespace trace::detail::text
