// SPDX-License-Identifier: Apache-2.0
#include "secrets/event_redactor.hpp"

#include <algorithm>

#include "text/json_scan.hpp"
#include "text/json_text.hpp"
#include "tokens/token_anchors.hpp"
#include "tokens/token_patterns.hpp"

namespace trace::detail::secrets {
namespace {

bool is_number_or_name(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '-' || c == '+' ||
         c == '.';
}

// The name of an option, without its dashes; "" if the argument is not an option.
std::string_view name_of_option(std::string_view argument) {
  if (!argument.starts_with('-')) return {};
  return argument.substr(std::min(argument.find_first_not_of('-'), argument.size()));
}

// The name of an array's elements: "password" for "passwords".
std::string_view name_of_element(std::string_view member) {
  if (member.ends_with('s')) member.remove_suffix(1);
  return member;
}

}  // namespace

void EventRedactor::refresh() {
  if (rules_.secrets == nullptr || rules_.secrets->is_newest(matcher_.get())) return;
  matcher_ = rules_.secrets->shared_matcher();
}

bool EventRedactor::is_clean(std::string_view text, TextSort sort) const noexcept {
  return (matcher_ == nullptr || !matcher_->contains(text, sort)) &&
         (!rules_.patterns || !tokens::next_token(text));
}

std::string EventRedactor::without(std::string_view text, TextSort sort) const {
  const std::string known = matcher_ == nullptr ? std::string() : matcher_->redacted(text, sort);
  if (matcher_ != nullptr) text = known;
  if (!rules_.patterns) return std::string(text);
  std::string both;
  tokens::append_without_tokens(both, text, replacement);
  return both;
}

std::string_view EventRedactor::cleaned(std::string_view text, TextSort sort) {
  if (is_clean(text, sort)) return text;
  text_ = without(text, sort);
  return text_;
}

bool EventRedactor::is_clean(std::string_view name, std::string_view value) const {
  return is_clean(value) && (!rules_.patterns || !tokens::has_token(name, value));
}

std::string EventRedactor::without(std::string_view name, std::string_view value) const {
  std::string out = without(value);
  if (!rules_.patterns || !tokens::has_token(name, out)) return out;
  std::string both;
  tokens::append_without_tokens(both, name, out, replacement);
  return both;
}

std::string_view EventRedactor::cleaned_member(std::string_view name, std::string_view value) {
  if (is_clean(name, value)) return value;
  text_ = without(name, value);
  return text_;
}

std::string_view EventRedactor::cleaned_json(std::string_view json) {
  // Without escapes the strings are unchanged; without an anchor none is a token, whatever its name
  // and neighbours are.
  if (json.find('\\') == std::string_view::npos && is_clean(json) &&
      (!rules_.patterns || tokens::next_anchor(json, 0) == json.size())) {
    return json;
  }
  json_.clear();
  std::string name;  // of the member whose value comes next
  std::string open;  // the brackets around it
  for (std::size_t at = 0; at < json.size();) {
    std::size_t end = at;
    if (json[at] == '"') {
      end = append_string(json, at, name);
    } else if (rules_.patterns && json.substr(at).starts_with("[\"")) {
      end = append_array(json, at, name);
      open += '[';
    } else if (is_number_or_name(json[at])) {
      while (end < json.size() && is_number_or_name(json[end])) ++end;
      const std::string_view scalar = json.substr(at, end - at);
      if (is_clean(name, scalar)) {
        json_.append(scalar);
      } else {
        text::append_quoted(json_, replacement);
      }
    } else {
      // In an array the name also applies after a comma.
      if (json[at] == '}' || (json[at] == ',' && !open.ends_with('['))) name.clear();
      if (json[at] == '[' || json[at] == '{') open += json[at];
      if ((json[at] == ']' || json[at] == '}') && !open.empty()) open.pop_back();
      json_ += json[end++];
    }
    at = end;
  }
  return json_;
}

// A name, or the value of the member `name`.
std::size_t EventRedactor::append_string(std::string_view json, std::size_t at, std::string& name) {
  const std::size_t end = text::end_of_json_string(json, at);
  const std::string_view string = json.substr(at, end - at);
  std::string value = text::value_of_json_string(string);
  const bool is_name = end < json.size() && json[end] == ':';
  if (is_name ? is_clean(value) : is_clean(name, value)) {
    json_.append(string);
  } else {
    text::append_quoted(json_, is_name ? without(value) : without(name, value));
  }
  if (is_name) name = std::move(value);
  return end;
}

// An element after another one. The value of an option is the whole element, including blanks.
std::string EventRedactor::without_in_array(std::string_view member, std::string_view before,
                                            std::string_view value) const {
  std::string out = without(member, value);
  if (tokens::has_token(name_of_element(member), out)) out = without(name_of_element(member), out);
  if (!value.starts_with('-')) out = without(name_of_option(before), out);
  return out;
}

// The strings at an array's beginning: the value of an option may be the next string.
std::size_t EventRedactor::append_array(std::string_view json, std::size_t at,
                                        std::string_view member) {
  std::vector<std::string> values;
  std::string line;
  std::string argument;  // the last one, as it was
  while (at + 1 < json.size() && json[at + 1] == '"') {
    const std::size_t end = text::end_of_json_string(json, at + 1);
    std::string value = text::value_of_json_string(json.substr(at + 1, end - at - 1));
    values.push_back(without_in_array(member, argument, value));
    line.append(values.size() == 1 ? "" : " ").append(values.back());
    argument = std::move(value);
    at = end;
    if (at >= json.size() || json[at] != ',') break;
  }
  std::vector<tokens::TextPart> parts;
  while (const auto part = tokens::next_token(line, parts.empty() ? 0 : parts.back().end)) {
    parts.push_back(*part);
  }
  json_ += '[';
  std::size_t begin = 0;  // of the value within the line
  auto part = parts.begin();
  for (const std::string& value : values) {
    const std::size_t end = begin + value.size();
    std::string cleaned;
    std::size_t done = begin;
    while (part != parts.end() && part->begin < end) {
      if (part->end > begin) {
        cleaned.append(line, done, std::max(part->begin, done) - done).append(replacement);
        done = std::min(part->end, end);
      }
      if (part->end > end) break;  // the next value begins with its rest
      ++part;
    }
    if (&value != &values.front()) json_ += ',';
    text::append_quoted(json_, cleaned.append(line, done, end - done));
    begin = end + 1;
  }
  return at;
}

}  // namespace trace::detail::secrets
