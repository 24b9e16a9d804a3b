// SPDX-License-Identifier: Apache-2.0
#include "text/json_validator.hpp"

#include "text/ascii.hpp"

namespace trace::detail::text {
namespace {

bool is_hex(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
// JSON's white space, which is not all of ASCII's.
bool is_json_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

void JsonValidator::update(std::string_view bytes) {
  for (const char c : bytes) {
    if (at_ == At::wrong) return;
    if (!take(c)) {
      at_ = At::wrong;
      return;
    }
    ++good_;
  }
}

bool JsonValidator::finish() { return objects_.empty() && (at_ == At::behind || number_may_end()); }

bool JsonValidator::number_may_end() const noexcept {
  return at_ == At::zero || at_ == At::integer || at_ == At::fraction || at_ == At::exponent_digits;
}

bool JsonValidator::take(char c) {
  switch (at_) {
    case At::text:
    case At::escape:
    case At::code:
      return take_text(c);
    case At::word:
      if (c != word_.front()) return false;
      word_.remove_prefix(1);
      if (word_.empty()) at_ = At::behind;
      return true;
    case At::value:
    case At::value_or_end:
    case At::key_or_end:
    case At::key:
    case At::colon:
    case At::behind:
      break;
    default:
      if (take_number(c)) return true;
      if (!number_may_end()) return false;
      at_ = At::behind;
  }
  if (is_json_space(c)) return true;
  switch (at_) {
    case At::value_or_end:
      if (c == ']') return close(false);
      return begin_value(c);
    case At::value:
      return begin_value(c);
    case At::key_or_end:
      if (c == '}') return close(true);
      [[fallthrough]];
    case At::key:
      is_key_ = true;
      at_ = At::text;
      return c == '"';
    case At::colon:
      at_ = At::value;
      return c == ':';
    default:
      return take_behind(c);
  }
}

bool JsonValidator::begin_value(char c) {
  const auto word = [&](std::string_view rest) {
    word_ = rest;
    at_ = At::word;
    return true;
  };
  switch (c) {
    case '{':
      return open(true);
    case '[':
      return open(false);
    case '"':
      is_key_ = false;
      at_ = At::text;
      return true;
    case 't':
      return word("rue");
    case 'f':
      return word("alse");
    case 'n':
      return word("ull");
    case '-':
      at_ = At::minus;
      return true;
    case '0':
      at_ = At::zero;
      return true;
    default:
      at_ = At::integer;
      return is_digit(c);
  }
}

bool JsonValidator::open(bool object) {
  if (objects_.size() == most_nested) return false;
  objects_.push_back(object);
  at_ = object ? At::key_or_end : At::value_or_end;
  return true;
}

bool JsonValidator::close(bool object) {
  if (objects_.empty() || objects_.back() != object) return false;
  objects_.pop_back();
  at_ = At::behind;
  return true;
}

bool JsonValidator::take_behind(char c) {
  if (objects_.empty()) return false;  // one value is all
  if (c == ',') {
    at_ = objects_.back() ? At::key : At::value;
    return true;
  }
  return (c == '}' && close(true)) || (c == ']' && close(false));
}

bool JsonValidator::take_text(char c) {
  if (at_ == At::code) {
    if (!is_hex(c)) return false;
    if (--left_ == 0) at_ = At::text;
    return true;
  }
  if (at_ == At::escape) {
    at_ = c == 'u' ? At::code : At::text;
    left_ = 4;
    return c == 'u' || std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
  }
  if (c == '"') {
    at_ = is_key_ ? At::colon : At::behind;
  } else if (c == '\\') {
    at_ = At::escape;
  }
  return static_cast<unsigned char>(c) >= 0x20;
}

bool JsonValidator::take_number(char c) {
  const auto go_to = [&](At next) {
    at_ = next;
    return true;
  };
  switch (at_) {
    case At::minus:
      return is_digit(c) && go_to(c == '0' ? At::zero : At::integer);
    case At::integer:
      if (is_digit(c)) return true;
      [[fallthrough]];
    case At::zero:
      if (c == '.') return go_to(At::point);
      return (c == 'e' || c == 'E') && go_to(At::exponent);
    case At::point:
      return is_digit(c) && go_to(At::fraction);
    case At::fraction:
      if (is_digit(c)) return true;
      return (c == 'e' || c == 'E') && go_to(At::exponent);
    case At::exponent:
      if (c == '+' || c == '-') return go_to(At::exponent_sign);
      [[fallthrough]];
    case At::exponent_sign:
      return is_digit(c) && go_to(At::exponent_digits);
    default:
      return is_digit(c);  // of an exponent
  }
}

}  // namespace trace::detail::text
