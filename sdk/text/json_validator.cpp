// SPDX-License-Identifier: Apache-2.0
#include "text/json_validator.hpp"

#include <algorithm>
#include <string>

namespace trace::detail::text {

bool JsonValidator::is_valid() {
  if (!take_value()) return false;
  skip_space();
  peek();
  return piece_.empty();
}

// NUL at the end: no NUL is valid anywhere.
char JsonValidator::peek() {
  if (piece_.empty() && !ended_) {
    piece_ = next_();
    ended_ = piece_.empty();
  }
  return piece_.empty() ? '\0' : piece_.front();
}

bool JsonValidator::take(char c) { return peek() == c && skip(1); }

bool JsonValidator::take_one_of(std::string_view set) {
  return set.find(peek()) != std::string_view::npos && skip(1);
}

bool JsonValidator::skip(std::size_t bytes) {
  piece_.remove_prefix(bytes);
  good_ += bytes;
  return bytes > 0;
}

bool JsonValidator::take_word(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [this](char c) { return take(c); });
}

bool JsonValidator::take_digits() {
  const std::uint64_t before = good_;
  while (peek() >= '0' && peek() <= '9') skip(1);
  return good_ > before;
}

void JsonValidator::skip_space() {
  for (char c = peek(); c == ' ' || c == '\n' || c == '\t' || c == '\r'; c = peek()) skip(1);
}

// Not recursive: the text must not determine how much stack is used.
bool JsonValidator::take_value() {
  std::string ends;  // of the arrays and objects that are open
  for (;;) {
    skip_space();
    const char begin = peek();
    if (begin == '[' || begin == '{') {
      if (ends.size() == most_nested) return false;
      take(begin);
      ends += begin == '[' ? ']' : '}';
      skip_space();
      if (peek() != ends.back()) {
        if (begin == '{' && !take_key()) return false;
        continue;
      }
    } else if (!take_scalar()) {
      return false;
    }
    for (skip_space(); !ends.empty() && take(ends.back()); skip_space()) ends.pop_back();
    if (ends.empty()) return true;
    if (!take(',')) return false;
    skip_space();
    if (ends.back() == '}' && !take_key()) return false;
  }
}

bool JsonValidator::take_scalar() {
  switch (peek()) {
    case '"':
      return take_string();
    case 't':
      return take_word("true");
    case 'f':
      return take_word("false");
    case 'n':
      return take_word("null");
    default:
      return take_number();
  }
}

bool JsonValidator::take_number() {
  take('-');
  if (!take('0') && !take_digits()) return false;
  if (take('.') && !take_digits()) return false;
  if (!take_one_of("eE")) return true;
  take_one_of("+-");
  return take_digits();
}

bool JsonValidator::take_string() {
  const auto is_special = [](char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
  };
  if (!take('"')) return false;
  while (!take('"')) {
    const auto plain = std::find_if(piece_.begin(), piece_.end(), is_special) - piece_.begin();
    if (!skip(static_cast<std::size_t>(plain)) && !take_escape()) return false;
  }
  return true;
}

bool JsonValidator::take_escape() {
  if (!take('\\')) return false;
  if (!take('u')) return take_one_of("\"\\/bfnrt");
  for (int digit = 0; digit < 4; ++digit) {
    if (!take_one_of("0123456789abcdefABCDEF")) return false;
  }
  return true;
}

bool JsonValidator::take_key() {
  if (!take_string()) return false;
  skip_space();
  return take(':');
}

}  // namespace trace::detail::text
