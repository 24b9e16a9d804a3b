// SPDX-License-Identifier: Apache-2.0
// Reads the members of one untrusted JSON object and notes every rule that they violate, under the
// member's name. event_reader.cpp and run_status.cpp use it to describe a payload.
//
// Unknown members are skipped; if a member occurs twice the last one counts, as in JavaScript. Only
// notes allocate. On the stack of the parsing thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <trace/result.hpp>
#include "contract/json_document.hpp"

namespace trace::detail::contract {

using Member = std::optional<simdjson::dom::element>;

// The members of `object` in the order of `names`; absent ones are empty.
template <std::size_t N>
std::array<Member, N> members_of(const simdjson::dom::object& object,
                                 const std::array<std::string_view, N>& names) {
  std::array<Member, N> members{};
  for (const auto [key, value] : object) {
    for (std::size_t i = 0; i < N; ++i) {
      if (key == names[i]) members[i] = value;
    }
  }
  return members;
}

class MemberReader {
 public:
  // Notes are added to `errors`, with `path` ("error.") before the member's name.
  MemberReader(std::vector<FieldError>& errors, std::string_view path = {})
      : errors_(errors), path_(path) {}

  void text(std::string_view name, const Member& member, std::string& to);
  void text(std::string_view name, const Member& member, std::optional<std::string>& to);
  void non_empty_text(std::string_view name, const Member& member, std::string& to);
  void timestamp(std::string_view name, const Member& member, std::string& to);
  void timestamp(std::string_view name, const Member& member, std::optional<std::string>& to);
  void count(std::string_view name, const Member& member, std::uint64_t least, std::uint64_t& to);
  // The text of a JSON object.
  void json_object(std::string_view name, const Member& member, std::optional<std::string>& to);

  // A name that `from_name` accepts; `words` lists them for the note.
  template <class Enum>
  void word(std::string_view name, const Member& member,
            std::optional<Enum> (*from_name)(std::string_view) noexcept, std::string_view words,
            Enum& to) {
    const std::optional<std::string_view> found = required_string(name, member);
    if (!found) return;
    if (const std::optional<Enum> value = from_name(*found)) {
      to = *value;
    } else {
      note_unknown_word(name, *found, words);
    }
  }

  // A member that is an object; nullopt if absent or invalid (and then noted).
  std::optional<simdjson::dom::object> object(std::string_view name, const Member& member);

  void note(std::string_view name, std::string_view rule);

 private:
  std::optional<std::string_view> required_string(std::string_view name, const Member& member);
  void note_unknown_word(std::string_view name, std::string_view word, std::string_view words);
  void note_wrong_kind(std::string_view name, const simdjson::dom::element& value,
                       std::string_view rule);

  std::vector<FieldError>& errors_;
  std::string_view path_;
};

}  // namespace trace::detail::contract
