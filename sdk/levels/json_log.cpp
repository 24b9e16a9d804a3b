// SPDX-License-Identifier: Apache-2.0
#include "levels/json_log.hpp"

#include <simdjson.h>

#include <utility>

#include "levels/json_level.hpp"
#include "lines/plain_text.hpp"
#include "lines/terminal_controls.hpp"

namespace trace::detail::levels {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;

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
    std::string_view key;
    if (std::move(found).get(member) != SUCCESS) return false;
    if (member.unescaped_key().get(key) != SUCCESS) return false;
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
    case ondemand::json_type::string: {
      std::string_view text;
      return value.get_string().get(text) == SUCCESS;
    }
    case ondemand::json_type::number: {
      ondemand::number number;
      return value.get_number().get(number) == SUCCESS;
    }
    case ondemand::json_type::boolean: {
      bool boolean = false;
      return value.get_bool().get(boolean) == SUCCESS;
    }
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
  std::string clean;  // the message without control sequences
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
    std::string_view unescaped;
    if (member.unescaped_key().get(unescaped) != SUCCESS) return false;
    if (!is_whole(member.value(), max_depth)) return false;
  }
  // Nothing may follow the object.
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

JsonLog::JsonLog() = default;
JsonLog::~JsonLog() = default;

std::optional<JsonLog::Entry> JsonLog::read(std::string_view line) {
  if (!state_) state_ = std::make_unique<State>();
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
