// SPDX-License-Identifier: Apache-2.0
#include "levels/level_detector.hpp"

#include <optional>
#include <utility>

#include "levels/line_forms.hpp"

namespace trace::detail::levels {
namespace {

// Lines whose first word is a name: a program, a file, a key, an exception.
std::optional<Level> level_by_first_word(std::string_view line) noexcept {
  const std::string_view word = first_word(line);
  if (word.empty()) return std::nullopt;
  const bool ends_in_colon = word.back() == ':';
  if (ends_in_colon || from(line, word.size()).starts_with(" - ")) {
    if (const auto level = level_of_compiler_message(line, word)) return level;
  }
  if (begins_with_exception(line)) return Level::error;
  return word.find('=') != std::string_view::npos ? level_of_logfmt(line) : std::nullopt;
}

// Nearly every line begins with a word of a sentence or a URL, and opens nothing. The words of two
// that level_before_colon() knows have an e or a c in the second place; what may follow with a dash
// or a bracket is for level_by_first_word().
bool opens_nothing(std::string_view line) noexcept {
  const std::size_t word = 1 + length_of(from(line.substr(0, 32), 1), is_small);
  if (at(line, word) != ' ') return from(line, word).starts_with("://");
  if (may_open_tool(line)) return false;
  const char next = at(line, word + 1);
  if (next == 'e' || next == 'E' || next == 'c' || next == '-' || next == '[') return false;
  return !line.starts_with("error ") && !line.starts_with("warning ");
}

std::optional<Level> level_of_word_line(std::string_view line) noexcept {
  if (opens_nothing(line)) return std::nullopt;
  if (const auto level = level_of_leading_word(line)) return level;
  if (const auto level = level_of_tool(line)) return level;
  return level_by_first_word(line);
}

// A head without a level may precede a line with one: docker's and systemd's time stamps.
std::optional<Level> level_behind_head(std::string_view text) noexcept {
  const std::string_view rest = behind_brackets(text);
  if (rest.empty() || !is_letter(rest.front())) return std::nullopt;
  if (rest.starts_with("http: panic serving ")) return Level::error;  // Go's net/http
  return level_of_word_line(rest);
}

// Redis: "1:M 02 Jan 2024 03:04:05.678 # Warning: …"
std::optional<Level> level_of_redis(std::string_view line) noexcept {
  const std::size_t pid = length_of(line, is_digit);
  if (at(line, pid) != ':' || !is_capital(at(line, pid + 1)) || at(line, pid + 2) != ' ') {
    return std::nullopt;
  }
  const std::string_view rest = from(line, pid + 3);
  const std::size_t time = leading_time(rest);
  if (time == 0 || at(rest, time + 2) != ' ') return std::nullopt;
  return level_of(rest.substr(time + 1, 1), by_redis);
}

std::optional<Level> level_of_digits_line(std::string_view line) noexcept {
  const std::string_view behind = from(line, length_of(line, is_digit));
  if (behind.starts_with(" [")) return level_behind_time(behind);  // log4j's milliseconds
  const bool is_number =
      behind.empty() || (behind.front() == ' ' && line.size() - behind.size() > 4);
  if (is_number) return std::nullopt;
  if (const std::size_t time = leading_time(line)) {
    if (const auto level = level_behind_time(from(line, time))) return level;
    return level_behind_head(from(line, time));
  }
  if (const auto level = level_of_redis(line)) return level;
  return level_by_first_word(line);
}

std::optional<Level> level_of_bracket_line(std::string_view line) noexcept {
  if (const auto level = level_in_brackets(line)) return level;
  if (const auto level = level_of_state(line)) return level;
  // A scanner's "[template] [protocol]" is followed by a result, a time by a message.
  return begins_with_timed_bracket(line) ? level_behind_head(line) : std::nullopt;
}

// "<11>Jan  2 …": the priority of syslog, a facility times eight and a severity.
std::optional<Level> level_of_priority(std::string_view line) noexcept {
  const std::size_t digits = length_of(line.substr(1, 4), is_digit);
  if (digits == 0 || digits > 3 || at(line, 1 + digits) != '>') return std::nullopt;
  unsigned priority = 0;
  for (const char c : line.substr(1, digits)) priority = priority * 10 + unsigned(c - '0');
  if (priority > 191 || line.size() == digits + 2) return std::nullopt;
  const char severity = static_cast<char>('0' + priority % 8);
  return level_of({&severity, 1}, by_syslog);
}

// Indented lines go on with what was said before, but for a few: tracing's " WARN crate: …" and
// pip's "  error: …".
std::optional<Level> level_of_indented_line(std::string_view line) noexcept {
  const std::string_view text = without_blanks_before(line);
  if (text.empty()) return std::nullopt;
  const std::size_t indentation = line.size() - text.size();
  if (indentation <= 2 && line.front() == ' ' && is_letter(text.front())) {
    return indentation == 1 ? level_of_leading_word(text) : level_before_colon(text);
  }
  if (is_digit(text.front())) {
    // curl writes its error after the last frame of its progress.
    const std::size_t curl = text.substr(0, 512).find("curl: (");
    const bool is_progress = curl != std::string_view::npos && is_digit(text[curl - 1]);
    return is_progress ? std::optional(Level::error) : std::nullopt;
  }
  return level_of_state(line);
}

std::optional<Level> level_of_signed_line(std::string_view line) noexcept {
  if (const auto level = level_of_tool(line)) return level;
  const char first = line.front();
  if (first == '=') {  // "==123==ERROR: AddressSanitizer: …", Erlang's "=ERROR REPORT==== …"
    const std::string_view text =
        from(line, length_of(line, [](char c) { return c == '=' || is_digit(c); }));
    if (text.starts_with("ERROR REPORT")) return Level::error;
    if (text.starts_with("WARNING REPORT")) return Level::warn;
    return line[1] == '=' ? level_before_colon(text) : std::nullopt;
  }
  if (first == '+') {  // nikto: "+ ERROR: …"
    const bool may_be_one = line[1] == ' ' && is_capital(at(line, 3));
    return may_be_one ? level_before_colon(from(line, 2)) : std::nullopt;
  }
  if (first == '#') {  // BuildKit: "#5 ERROR: …"
    const std::size_t digits = length_of(from(line, 1), is_digit);
    if (digits == 0) return std::nullopt;
    return level_before_colon(without_blanks_before(from(line, 1 + digits)));
  }
  if (first == '@') {  // ssh: "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @"
    const std::string_view text = without_blanks_before(from(line, 1));
    return text.starts_with("WARNING: ") ? std::optional(Level::warn) : std::nullopt;
  }
  if (first == '*') {  // GLib: "** (process:12): WARNING **: …", Elixir: "** (RuntimeError) …"
    if (!line.starts_with("** (")) return std::nullopt;
    const std::string_view text = from(line, 3);
    return is_capital(at(text, 1)) && first_word(text).back() == ')'
               ? std::optional(Level::error)
               : level_of_compiler_message(text, first_word(text));
  }
  return first == '>' ? std::nullopt : level_by_first_word(line);
}

std::optional<Level> level_of_text(std::string_view line) noexcept {
  constexpr std::string_view box = "\u2502 ";  // terraform: "│ Error: …"
  if (line.size() < 3) return std::nullopt;
  const char first = line.front();
  if (is_letter(first)) return level_of_word_line(line);
  if (is_digit(first)) return level_of_digits_line(line);
  if (is_blank(first)) return level_of_indented_line(line);
  if (first == '[') return level_of_bracket_line(line);
  if (first == '<') {
    const auto level = level_of_priority(line);
    return level ? level : level_by_first_word(line);
  }
  if (line.starts_with(box)) return level_before_colon(from(line, box.size()));
  return level_of_signed_line(line);
}

}  // namespace

Finding LevelDetector::detect(std::string_view line, Stream stream) {
  if (JsonLog::may_be_one(line)) {
    if (auto entry = json_log_.read(line)) {
      return {entry->level, entry->message, std::move(entry->fields)};
    }
  } else if (const auto level = level_of_text(line)) {
    return {*level, line, {}};
  }
  return {stream == Stream::err ? Level::warn : Level::info, line, {}};
}

}  // namespace trace::detail::levels
