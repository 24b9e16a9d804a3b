// SPDX-License-Identifier: Apache-2.0
#include "contract/member_reader.hpp"

#include "contract/timestamp.hpp"
#include "text/json_text.hpp"
#include "text/utf8.hpp"

namespace trace::detail::contract {
namespace {

constexpr std::string_view timestamp_rule =
    "must be a UTC time of the form YYYY-MM-DDTHH:MM:SS.ffffffZ";

}  // namespace

void MemberReader::note(std::string_view name, std::string_view rule) {
  errors_.push_back({std::string(path_).append(name), std::string(rule)});
}

void MemberReader::note_wrong_kind(std::string_view name, const simdjson::dom::element& value,
                                   std::string_view rule) {
  note(name, value.is_null() ? "must not be null; omit the field instead" : rule);
}

void MemberReader::note_unknown_word(std::string_view name, std::string_view word,
                                     std::string_view words) {
  constexpr std::size_t longest_quotation = 40;
  std::string rule = "must be one of ";
  rule.append(words).append(", not ");
  text::append_quoted(rule, text::trimmed_utf8(word, longest_quotation));
  note(name, rule);
}

std::optional<std::string_view> MemberReader::required_string(std::string_view name,
                                                              const Member& member) {
  if (!member) {
    note(name, "is required");
    return std::nullopt;
  }
  const std::optional<std::string_view> string = string_in(*member);
  if (!string) note_wrong_kind(name, *member, "must be a string");
  return string;
}

void MemberReader::text(std::string_view name, const Member& member, std::string& to) {
  if (const auto string = required_string(name, member)) to = *string;
}

void MemberReader::text(std::string_view name, const Member& member,
                        std::optional<std::string>& to) {
  if (!member) return;
  if (const auto string = required_string(name, member)) to.emplace(*string);
}

void MemberReader::non_empty_text(std::string_view name, const Member& member, std::string& to) {
  const auto string = required_string(name, member);
  if (!string) return;
  if (string->empty()) note(name, "must not be empty");
  to = *string;
}

void MemberReader::timestamp(std::string_view name, const Member& member, std::string& to) {
  const auto string = required_string(name, member);
  if (!string) return;
  if (!is_contract_timestamp(*string)) note(name, timestamp_rule);
  to = *string;
}

void MemberReader::timestamp(std::string_view name, const Member& member,
                             std::optional<std::string>& to) {
  if (member) timestamp(name, member, to.emplace());
}

void MemberReader::count(std::string_view name, const Member& member, std::uint64_t least,
                         std::uint64_t& to) {
  if (!member) return note(name, "is required");
  const std::optional<std::uint64_t> value = count_in(*member);
  if (value && *value >= least) {
    to = *value;
  } else {
    note_wrong_kind(
        name, *member,
        least == 0 ? "must be an integer of at least 0" : "must be an integer of at least 1");
  }
}

void MemberReader::json_object(std::string_view name, const Member& member,
                               std::optional<std::string>& to) {
  if (object(name, member)) append_json(to.emplace(), *member);
}

std::optional<simdjson::dom::object> MemberReader::object(std::string_view name,
                                                          const Member& member) {
  if (!member) return std::nullopt;
  simdjson::dom::object object;
  if (member->get(object) == simdjson::SUCCESS) return object;
  note_wrong_kind(name, *member, "must be an object");
  return std::nullopt;
}

}  // namespace trace::detail::contract
