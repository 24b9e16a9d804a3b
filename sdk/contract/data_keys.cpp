// SPDX-License-Identifier: Apache-2.0
#include "contract/data_keys.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>
#include <utility>

#include "text/json_scan.hpp"

namespace trace::detail::contract {
namespace {

enum class Wanted : std::uint8_t { text, boolean, texts, nothing };

struct ReservedKey {
  std::string_view key;
  Wanted wanted;
};
constexpr ReservedKey reserved_keys[] = {
    {"title", Wanted::text},           {"description", Wanted::text},
    {"requestId", Wanted::text},       {"inputType", Wanted::text},
    {"timeoutAt", Wanted::text},       {"approved", Wanted::boolean},
    {"activatedPorts", Wanted::texts}, {"_payload", Wanted::nothing},
    {"_metadata", Wanted::nothing},    {"__proto__", Wanted::nothing}};

const ReservedKey* reserved(std::string_view key) noexcept {
  for (const ReservedKey& each : reserved_keys) {
    if (each.key == key) return &each;
  }
  return nullptr;
}

struct Member {
  std::string_view whole;  // "key":value
  std::string_view value;
  std::string key;
};

// Calls back for each of the outermost members.
template <class Take>
void each_member(std::string_view object, Take take) {
  std::size_t at = 1;
  while (at < object.size() && object[at] == '"') {
    const std::size_t after_key = text::end_of_json_string(object, at);
    const std::size_t value = after_key + 1;
    const std::size_t end = text::end_of_json_value(object, value);
    if (value >= end) return;
    take(Member{object.substr(at, end - at), object.substr(value, end - value),
                text::value_of_json_string(object.substr(at, after_key - at))});
    at = end + 1;
  }
}

bool is_array_of_texts(std::string_view value) noexcept {
  if (!value.starts_with('[')) return false;
  std::size_t at = 1;
  while (at < value.size() && value[at] == '"') at = text::end_of_json_string(value, at) + 1;
  // After the last text, or in an empty array.
  return at == value.size() || (at == 1 && value == "[]");
}

bool is_wanted(Wanted wanted, std::string_view value) noexcept {
  switch (wanted) {
    case Wanted::text:
      return value.starts_with('"');
    case Wanted::boolean:
      return value == "true" || value == "false";
    case Wanted::texts:
      return is_array_of_texts(value);
    case Wanted::nothing:
      break;
  }
  return false;
}

void append_member(std::string& members, std::string_view member) {
  if (member.empty()) return;
  if (!members.empty()) members += ',';
  members += member;
}

std::string_view without_braces(std::string_view object) noexcept {
  return object.substr(1, object.size() - 2);
}

}  // namespace

bool is_reserved_key(std::string_view key) noexcept { return reserved(key) != nullptr; }

std::string with_reserved_moved(std::string_view object) {
  std::string kept;
  std::string moved;
  Member fields;
  each_member(object, [&](Member member) {
    const ReservedKey* const found = reserved(member.key);
    if (member.key == "fields") {
      fields = std::move(member);
    } else {
      append_member(found == nullptr || is_wanted(found->wanted, member.value) ? kept : moved,
                    member.whole);
    }
  });
  if (moved.empty()) return std::string(object);
  std::string all;
  append_member(all, fields.value.starts_with('{') ? without_braces(fields.value) : fields.whole);
  append_member(all, moved);
  append_member(kept, "\"fields\":{" + all + "}");
  return "{" + kept + "}";
}

std::optional<std::uint32_t> attempt_in(std::string_view object) {
  std::optional<std::uint32_t> attempt;
  each_member(object, [&](const Member& member) {
    if (member.key != "attempt") return;
    std::uint32_t number = 0;
    const char* const end = member.value.data() + member.value.size();
    const auto [read, error] = std::from_chars(member.value.data(), end, number);
    const bool is_one = error == std::errc() && read == end && number > 0;
    attempt = is_one ? std::optional(number) : std::nullopt;
  });
  return attempt;
}

std::string with_metadata(std::string_view object, std::uint32_t attempt) {
  return fmt::format(R"({{{},"_payload":{},"_metadata":{{"attempt":{}}}}})", without_braces(object),
                     object, attempt);
}

}  // namespace trace::detail::contract
