#include "redact/redaction.hpp"

#include <algorithm>

#include "contract/json_text.hpp"
#include "redact/json_strings.hpp"
#include "redact/token_patterns.hpp"

namespace trace::detail {
namespace {

bool is_number_or_name(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '-' || c == '+' ||
         c == '.';
}

}  // namespace

void Redaction::refresh() {
  if (rules_.secrets == nullptr || rules_.secrets->matcher() == matcher_.get()) return;
  matcher_ = rules_.secrets->shared_matcher();
}

bool Redaction::is_clean(std::string_view text, TextSort sort) const noexcept {
  return (matcher_ == nullptr || !matcher_->contains(text, sort)) &&
         (!rules_.patterns || !next_token(text));
}

std::string Redaction::without(std::string_view text, TextSort sort) const {
  std::string out = matcher_ == nullptr ? std::string(text) : matcher_->redacted(text, sort);
  if (!rules_.patterns || !next_token(out)) return out;
  std::string both;
  append_without_tokens(both, out);
  return both;
}

std::string_view Redaction::cleaned(std::string_view text, TextSort sort) {
  if (is_clean(text, sort)) return text;
  text_ = without(text, sort);
  return text_;
}

std::string_view Redaction::cleaned_json(std::string_view json) {
  // Without escapes the strings are what they say.
  if (json.find('\\') == std::string_view::npos && is_clean(json)) return json;
  json_.clear();
  for (std::size_t at = 0; at < json.size();) {
    std::size_t end = at;
    if (json[at] == '"') {
      end = end_of_json_string(json, at);
      const std::string_view string = json.substr(at, end - at);
      const std::string value = value_of_json_string(string);
      if (is_clean(value)) {
        json_.append(string);
      } else {
        append_quoted(json_, without(value));
      }
    } else if (is_number_or_name(json[at])) {
      while (end < json.size() && is_number_or_name(json[end])) ++end;
      const std::string_view scalar = json.substr(at, end - at);
      if (is_clean(scalar)) {
        json_.append(scalar);
      } else {
        append_quoted(json_, replacement);
      }
    } else {
      json_ += json[end++];
    }
    at = end;
  }
  return json_;
}

}  // namespace trace::detail
