// SPDX-License-Identifier: Apache-2.0
#include "levels/json_log.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "levels/level_words.hpp"
#include "lines/plain_text.hpp"
#include "lines/terminal_controls.hpp"
#include "text/json_scan.hpp"

namespace trace::detail::levels {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;

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

// JsonLevel: decides by the outermost members of a JSON object whether it is a log entry, and its
// level.
//
// A word counts wherever loggers write the level. Findings have a `severity` as well, so that
// counts only beside a message, and a number only beside a message or a time: 10 to 60 are pino's
// and bunyan's; syslog's 0 to 7 only in GELF or if the key names syslog.
class JsonLevel {
 public:
  // `key` without its quotes, `value` as it is written, perhaps with white space after it.
  void look_at(std::string_view key, std::string_view value) noexcept;

  // The level, when all members have been seen.
  std::optional<Level> found() const noexcept;

  // Keys whose text is an entry's message.
  static bool is_message_key(std::string_view key) noexcept;

 private:
  void look_at_level(std::string_view key, std::string_view value) noexcept;

  std::optional<Level> word_;         // of a key that only loggers use
  std::optional<Level> severity_;     // of `severity`
  std::optional<Level> number_;       // of pino and bunyan
  std::optional<Level> syslog_;       // of a key that says syslog
  std::optional<Level> gelf_number_;  // of `level`, if the entry is GELF
  bool has_message_ = false;
  bool has_time_ = false;
  bool is_gelf_ = false;
};

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
  } else if (const LevelName* const name = level_name(text, by_pino | by_syslog)) {
    std::optional<Level>& number = (name->places & by_pino) != 0 ? number_ : gelf_number_;
    if (!number) number = name->level;
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

// Where a member's key begins: at its opening quote.
const char* start_of(ondemand::field& member) { return member.key().raw() - 1; }

// The key as it is written. No name that we look for needs an escape.
std::string_view key_of(ondemand::field& member) {
  const char* const key = member.key().raw();
  const char* end = key;
  while (*end != '"' && *end != '\\') ++end;
  return {key, static_cast<std::size_t>(end - key)};
}

// Deeper values are not read: the encoder of events would refuse them (contract/json_repair.hpp).
constexpr int max_depth = 100;

bool is_whole(ondemand::value value, int depth);

// Of any size: simdjson's numbers end at 64 bits and at the range of a double.
bool is_number(std::string_view token) noexcept {
  return text::is_json_number(token.substr(0, token.find_last_not_of(" \t\r\n") + 1));
}

bool are_whole(ondemand::array elements, int depth) {
  for (auto element : elements) {
    ondemand::value value;
    if (element.get(value) != SUCCESS || !is_whole(value, depth)) return false;
  }
  return true;
}

bool are_whole(ondemand::object members, int depth) {
  for (auto found : members) {
    ondemand::field member;
    if (std::move(found).get(member) != SUCCESS) return false;
    if (member.unescaped_key().error() != SUCCESS) return false;
    if (!is_whole(member.value(), depth)) return false;
  }
  return true;
}

// Reads a whole value, because On-Demand does not check what it skips.
bool is_whole(ondemand::value value, int depth) {
  if (depth == 0) return false;
  ondemand::json_type type{};
  if (value.type().get(type) != SUCCESS) return false;
  switch (type) {
    case ondemand::json_type::object: {
      ondemand::object members;
      return value.get_object().get(members) == SUCCESS && are_whole(members, depth - 1);
    }
    case ondemand::json_type::array: {
      ondemand::array elements;
      return value.get_array().get(elements) == SUCCESS && are_whole(elements, depth - 1);
    }
    case ondemand::json_type::string:
      return value.get_string().error() == SUCCESS;
    case ondemand::json_type::number:
      return is_number(value.raw_json_token());
    case ondemand::json_type::boolean:
      return value.get_bool().error() == SUCCESS;
    case ondemand::json_type::null: {
      bool null = false;
      return value.is_null().get(null) == SUCCESS && null;
    }
  }
  return false;
}

// `object` without the bytes of one of its members, and without the comma that was for it.
std::string without(std::string_view object, std::size_t start, std::size_t end) {
  std::string kept;
  kept.reserve(object.size() - (end - start));
  kept.append(object.substr(0, start)).append(object.substr(end));
  if (kept.back() != '}' || end != object.size() - 1) return kept;
  std::size_t last = kept.size() - 1;
  const std::size_t before = kept.find_last_not_of(" \t\r\n", last - 1);
  if (before != std::string::npos && kept[before] == ',') kept.erase(before, last - before);
  return kept;
}

bool has_controls(std::string_view text) {
  bool ascii = true;
  return lines::first_control(text, ascii) < text.size() ||
         (!ascii && lines::first_c1(text) < text.size());
}

}  // namespace

struct JsonLog::State {
  // The first pass reads the outermost members only: enough to reject most results.
  bool find_level(ondemand::document& document);
  // The second reads everything, and notes the position of the message.
  bool find_message(ondemand::document& document);

  ondemand::parser parser;
  std::string padded = std::string(max_line_bytes + simdjson::SIMDJSON_PADDING, '\0');
  JsonLevel level;
  std::string_view message;
  std::string clean;     // the message without control sequences
  std::string repaired;  // the line without lone surrogates
  const char* message_start = nullptr;
  const char* message_end = nullptr;
};

bool JsonLog::State::find_level(ondemand::document& document) {
  level = {};
  ondemand::object members;
  if (document.get_object().get(members) != SUCCESS) return false;
  for (auto found : members) {
    ondemand::field member;
    if (std::move(found).get(member) != SUCCESS) return false;
    level.look_at(key_of(member), member.value().raw_json_token());
  }
  return level.found().has_value();
}

bool JsonLog::State::find_message(ondemand::document& document) {
  message = {};
  message_start = message_end = nullptr;
  document.rewind();
  ondemand::object members;
  if (document.get_object().get(members) != SUCCESS) return false;
  for (auto found : members) {
    ondemand::field member;
    if (std::move(found).get(member) != SUCCESS) return false;
    if (message_start != nullptr && message_end == nullptr) message_end = start_of(member);
    const std::string_view key = key_of(member);
    if (message_start == nullptr && JsonLevel::is_message_key(key) &&
        member.value().get_string().get(message) == SUCCESS) {
      message_start = start_of(member);
      continue;
    }
    if (member.unescaped_key().error() != SUCCESS) return false;
    if (!is_whole(member.value(), max_depth)) return false;
  }
  // Nothing may follow the object.
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

JsonLog::JsonLog() = default;
JsonLog::~JsonLog() = default;

std::optional<JsonLog::Entry> JsonLog::read(std::string_view line) {
  if (!state_) state_ = std::make_unique<State>();
  std::optional<Entry> entry = read_valid(line);
  if (entry || line.find("\\u") == std::string_view::npos) return entry;
  // Other parsers accept lone surrogates.
  state_->repaired = text::with_repaired_strings(line);
  // It may be three times as long: an invalid byte becomes U+FFFD.
  if (state_->repaired == line || !may_be_one(state_->repaired)) return std::nullopt;
  entry = read_valid(state_->repaired);
  if (entry && entry->fields.empty()) entry->message = line;
  return entry;
}

std::optional<JsonLog::Entry> JsonLog::read_valid(std::string_view line) {
  State& state = *state_;
  line.copy(state.padded.data(), line.size());
  ondemand::document document;
  auto opened = state.parser.iterate(state.padded.data(), line.size(), state.padded.size());
  if (std::move(opened).get(document) != SUCCESS) return std::nullopt;
  if (!state.find_level(document) || !state.find_message(document)) return std::nullopt;
  Entry entry{*state.level.found(), line, {}};
  // A control sequence may also be written as a JSON escape.
  std::string_view message = state.message;
  if (has_controls(message)) {
    state.clean = lines::without_controls(message);
    message = state.clean;
  }
  if (message.empty()) return entry;
  const char* const object = state.padded.data();
  const std::size_t last = line.size() - 1;
  const auto start = static_cast<std::size_t>(state.message_start - object);
  const auto end =
      state.message_end == nullptr ? last : static_cast<std::size_t>(state.message_end - object);
  entry.message = message;
  entry.fields = without(line, start, end);
  return entry;
}

}  // namespace trace::detail::levels
