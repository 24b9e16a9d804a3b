// SPDX-License-Identifier: Apache-2.0
#include "levels/level_words.hpp"
#include "levels/line_forms.hpp"
#include "text/ascii.hpp"

namespace trace::detail::levels {
namespace {

constexpr int most_sources = 5;

// "line 12:" in the messages of bash.
std::size_t line_number_length(std::string_view text) noexcept {
  if (!text.starts_with("line ")) return 0;
  const std::size_t digits = text::length_of(text::from(text, 5), text::is_digit);
  return digits > 0 && text::at(text, 5 + digits) == ':' ? 6 + digits : 0;
}

bool is_number(std::string_view word) noexcept {
  const std::size_t digits = text::length_of(word, text::is_digit);
  return digits > 0 && digits + 1 == word.size();  // and a colon
}

// "DeprecationWarning: …" of Python.
bool is_python_warning(std::string_view word) noexcept {
  return word.ends_with("Warning:") && text::is_capital(word.front()) &&
         text::length_of(word, text::is_letter) + 1 == word.size();
}

// "GLib-CRITICAL **: …", "WARNING **: …" of programs that use GLib.
std::optional<Level> level_of_glib(std::string_view text) noexcept {
  const std::string_view word = text::first_word(text);
  if (!text::from(text, word.size()).starts_with(" **: ")) return std::nullopt;
  return level_of_word(text::from(word, word.rfind('-') + 1));
}

// "[emerg] bind() failed" after the name of nginx.
std::optional<Level> level_of_bracket(std::string_view text) noexcept {
  if (text.front() != '[') return std::nullopt;
  const std::size_t letters = text::length_of(text.substr(1, 14), text::is_letter);
  return text::from(text, 1 + letters).starts_with("] ") ? level_of_word(text.substr(1, letters))
                                                         : std::nullopt;
}

// Fixed messages of programs that contain no level word.
std::optional<Level> level_of_phrase(std::string_view text, bool is_shell) noexcept {
  if (text.starts_with("*** ")) return Level::error;  // make
  if (text == "command not found" || text.starts_with("command not found: ")) return Level::error;
  if (is_shell && text == "not found") return Level::error;  // dash
  if (text.starts_with("Assertion `") && text.ends_with("failed.")) return Level::error;
  if (text.starts_with('[') && text.ends_with("(ignored)")) return Level::warn;  // make
  if (text.starts_with("Permission denied (")) return Level::error;              // ssh
  return std::nullopt;
}

}  // namespace

std::optional<Level> level_of_compiler_message(std::string_view line,
                                               std::string_view word) noexcept {
  std::string_view rest = line;
  bool is_shell = false;  // a line of a script was named
  for (int source = 0; source < most_sources; ++source) {
    std::size_t length = line_number_length(rest);
    if (length > 0) {
      is_shell = true;
    } else if (word.size() >= 2 && word.back() == ':') {
      is_shell = is_shell || is_number(word);
      length = word.size();
    } else {
      break;
    }
    rest = text::without_blanks_before(text::from(rest, length));
    if (rest.empty()) return std::nullopt;
    if (const auto level = level_before_colon(rest)) return level;
    if (const auto level = level_of_phrase(rest, is_shell)) return level;
    if (const auto level = level_of_bracket(rest)) return level;
    word = text::first_word(rest);
    if (is_python_warning(word)) return Level::warn;
    if (const auto level = level_of_glib(rest)) return level;
  }
  // "src/a.ts:1:2 - error TS2322: …"
  const std::size_t dash = word.size();
  if (rest.size() == line.size() && text::from(line, dash).starts_with(" - error ")) {
    return level_before_colon(text::from(line, dash + 3));
  }
  return is_shell && rest.size() < line.size() && line.find(": line ") < 128
             ? std::optional(Level::error)
             : std::nullopt;
}

}  // namespace trace::detail::levels
