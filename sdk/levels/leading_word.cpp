// SPDX-License-Identifier: Apache-2.0
#include "levels/line_forms.hpp"

namespace trace::detail::levels {
namespace {

// The level of a word before a colon. Some names of levels are ordinary words there unless in
// capitals: "Alert: 5 hosts", "Fine: 20", "Severe: …".
std::optional<Level> level_of_mark(std::string_view word) noexcept {
  const LevelName* const name = level_name(word, as_word | as_mark);
  if (name == nullptr) return std::nullopt;
  const bool counts = (name->places & (before_colon | as_mark)) != 0 || is_in_capitals(word);
  return counts ? std::optional(name->level) : std::nullopt;
}

// The text after the colon decides: a blank or the end must follow, and not a mere value.
bool is_message(std::string_view behind, std::optional<Level> level, bool in_capitals) noexcept {
  if (behind.empty()) return level >= Level::warn;  // "debug:" alone is a key
  if (!is_blank(behind.front()) && !(in_capitals && behind.front() != '/')) return false;
  return !is_plain_value(behind);
}

// "TS2322:" after "error ", as compilers of Microsoft print it.
bool is_code_and_colon(std::string_view text) noexcept {
  const std::size_t letters = length_of(text, is_capital);
  const std::size_t digits = length_of(from(text, letters), is_digit);
  return letters > 0 && digits > 0 && at(text, letters + digits) == ':';
}

// "[E0308]:" or "[0003] " after a word.
std::optional<Level> level_before_bracket(std::string_view word,
                                          std::string_view bracket) noexcept {
  const std::size_t close = bracket.substr(0, 64).find(']');
  if (close == std::string_view::npos) return std::nullopt;
  const char behind = at(bracket, close + 1);
  const bool is_logrus = is_in_capitals(word) && word.size() == 4 && is_digit(at(bracket, 1)) &&
                         (is_blank(behind) || behind == '\0');
  return is_logrus || behind == ':' ? level_of_mark(word) : std::nullopt;
}

bool is_clock(std::string_view text) noexcept {
  return is_digit(at(text, 0)) && is_digit(at(text, 1)) && at(text, 2) == ':' &&
         is_digit(at(text, 3)) && is_digit(at(text, 4)) && at(text, 5) == ':';
}

// "E0102 15:04:05.000000" (klog, glog), "E: " (apt), "E, [2024-…" (Ruby).
std::optional<Level> level_of_one_letter(std::string_view text) noexcept {
  const std::string_view rest = from(text, 1);
  if (rest.starts_with(": ")) {
    return is_plain_value(from(rest, 2)) ? std::nullopt : level_of(text.substr(0, 1), by_apt);
  }
  if (rest.starts_with(", [") && is_digit(at(rest, 3))) return level_of_letter(text.front());
  const std::size_t date = length_of(rest, is_digit);
  const bool is_klog = (date == 4 || date == 8) && at(rest, date) == ' ' &&
                       is_clock(without_blanks_before(from(rest, date)));
  return is_klog ? level_of_letter(text.front()) : std::nullopt;
}

constexpr int most_sources = 5;

// "line 12:" in the messages of bash.
std::size_t line_number_length(std::string_view text) noexcept {
  if (!text.starts_with("line ")) return 0;
  const std::size_t digits = length_of(from(text, 5), is_digit);
  return digits > 0 && at(text, 5 + digits) == ':' ? 6 + digits : 0;
}

bool is_number(std::string_view word) noexcept {
  const std::size_t digits = length_of(word, is_digit);
  return digits > 0 && digits + 1 == word.size();  // and a colon
}

// "DeprecationWarning: …" of Python.
bool is_python_warning(std::string_view word) noexcept {
  return word.ends_with("Warning:") && is_capital(word.front()) &&
         length_of(word, is_letter) + 1 == word.size();
}

// "GLib-CRITICAL **: …", "WARNING **: …" of programs that use GLib.
std::optional<Level> level_of_glib(std::string_view text) noexcept {
  const std::string_view word = first_word(text);
  if (!from(text, word.size()).starts_with(" **: ")) return std::nullopt;
  return level_of_word(from(word, word.rfind('-') + 1));
}

// "[emerg] bind() failed" after the name of nginx.
std::optional<Level> level_of_bracket(std::string_view text) noexcept {
  if (text.front() != '[') return std::nullopt;
  const std::size_t letters = length_of(text.substr(1, 14), is_letter);
  return from(text, 1 + letters).starts_with("] ") ? level_of_word(text.substr(1, letters))
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

std::optional<Level> level_before_colon(std::string_view text) noexcept {
  const std::string_view word = text.substr(0, length_of(text.substr(0, 14), is_letter));
  if (word.size() < 3) return std::nullopt;
  const std::string_view rest = from(text, word.size());
  if (at(rest, 0) == '[') return level_before_bracket(word, rest);
  if (at(rest, 0) == ':') {
    if (rest.starts_with("://")) return std::nullopt;
    const std::optional<Level> level = level_of_mark(word);
    const bool counts = level && is_message(from(rest, 1), level, is_in_capitals(word));
    return counts ? level : std::nullopt;
  }
  if (at(rest, 0) != ' ') return std::nullopt;
  if (rest.starts_with(" error:") || rest.starts_with(" ERROR:")) {
    return level_of(word, before_error);
  }
  if (word == "internal" && rest.starts_with(" compiler error:")) return Level::error;
  if (word == "fatal" && rest.starts_with(" error ")) {
    return is_code_and_colon(from(rest, 7)) ? std::optional(Level::error) : std::nullopt;
  }
  return is_code_and_colon(from(rest, 1)) ? level_of(word, before_code) : std::nullopt;
}

std::optional<Level> level_of_leading_word(std::string_view text) noexcept {
  const std::size_t letters = length_of(text.substr(0, 14), is_letter);
  if (letters == 1) return level_of_one_letter(text);
  if (letters < 3) return std::nullopt;
  const std::string_view word = text.substr(0, letters);
  const std::string_view rest = from(text, letters);
  const char behind = at(rest, 0);
  if (behind == ':' || behind == '[') return level_before_colon(text);
  if (behind != ' ' && behind != '\t' && behind != '|' && behind != '\0') return std::nullopt;
  // Words in lower case have usually been decided by now.
  if (is_capital(word[1])) {
    if (!is_in_capitals(word)) return std::nullopt;
    const std::optional<Level> level = level_of(word, alone);
    const bool is_assigned = rest.starts_with(" = ");
    return level && !is_assigned && !is_plain_value(rest) ? level : std::nullopt;
  }
  return behind == ' ' ? level_before_colon(text) : std::nullopt;
}

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
    rest = without_blanks_before(from(rest, length));
    if (rest.empty()) return std::nullopt;
    if (const auto level = level_before_colon(rest)) return level;
    if (const auto level = level_of_phrase(rest, is_shell)) return level;
    if (const auto level = level_of_bracket(rest)) return level;
    word = first_word(rest);
    if (is_python_warning(word)) return Level::warn;
    if (const auto level = level_of_glib(rest)) return level;
  }
  // "src/a.ts:1:2 - error TS2322: …"
  const std::size_t dash = word.size();
  if (rest.size() == line.size() && from(line, dash).starts_with(" - error ")) {
    return level_before_colon(from(line, dash + 3));
  }
  return is_shell && rest.size() < line.size() && line.find(": line ") < 128
             ? std::optional(Level::error)
             : std::nullopt;
}

}  // namespace trace::detail::levels
