// SPDX-License-Identifier: Apache-2.0
#include "levels/json_level.hpp"

#include <algorithm>

#include "levels/level_words.hpp"

namespace trace::detail::levels {
namespace {

// Keys are compared without regard to case: .NET writes "Level" and "Message".
bool is(std::string_view key, std::string_view small) noexcept {
  return std::equal(key.begin(), key.end(), small.begin(), small.end(), [](char c, char s) {
    return c == s || (c >= 'A' && c <= 'Z' && c + ('a' - 'A') == s);
  });
}

bool is_level_key(std::string_view key) noexcept {
  return is(key, "level") || is(key, "lvl") || is(key, "levelname") || is(key, "log.level") ||
         is(key, "@level") || is(key, "@l") || is(key, "loglevel") || is(key, "log_level");
}

bool is_severity_key(std::string_view key) noexcept {
  return is(key, "severity") || is(key, "severitytext") || is(key, "severity_text");
}

bool is_syslog_key(std::string_view key) noexcept {
  return is(key, "priority") || is(key, "syslog_level") || is(key, "syslog_severity") ||
         is(key, "syslog.severity");
}

bool is_time_key(std::string_view key) noexcept {
  return is(key, "time") || is(key, "ts") || is(key, "timestamp") || is(key, "@timestamp") ||
         is(key, "@t");
}

}  // namespace

bool JsonLevel::is_message_key(std::string_view key) noexcept {
  return is(key, "msg") || is(key, "message") || is(key, "@m") || is(key, "short_message") ||
         is(key, "@message");
}

void JsonLevel::look_at(std::string_view key, std::string_view value) noexcept {
  value = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
  if (value.empty()) return;
  if (is_message_key(key)) {
    has_message_ = has_message_ || value.front() == '"';
    is_gelf_ = is_gelf_ || is(key, "short_message");
  } else if (is_time_key(key)) {
    has_time_ = true;
  } else {
    look_at_level(key, value);
  }
}

// If a key occurs twice, the first one counts.
void JsonLevel::look_at_level(std::string_view key, std::string_view value) noexcept {
  const bool is_quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  const std::string_view text = is_quoted ? value.substr(1, value.size() - 2) : value;
  if (is_syslog_key(key)) {
    if (!syslog_) syslog_ = level_of(text, by_syslog);
  } else if (is_severity_key(key)) {
    if (is_quoted && !severity_) severity_ = level_of_word(text);
  } else if (!is_level_key(key)) {
    return;
  } else if (is_quoted) {
    if (!word_) word_ = level_of_word(text);
  } else {
    if (!number_) number_ = level_of(text, by_pino);
    if (!gelf_number_) gelf_number_ = level_of(text, by_syslog);
  }
}

std::optional<Level> JsonLevel::found() const noexcept {
  if (word_) return word_;
  if (severity_ && has_message_) return severity_;
  if (number_ && (has_message_ || has_time_)) return number_;
  if (gelf_number_ && is_gelf_) return gelf_number_;
  if (syslog_ && has_message_) return syslog_;
  return std::nullopt;
}

}  // namespace trace::detail::levels
