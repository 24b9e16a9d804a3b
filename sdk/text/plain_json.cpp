// SPDX-License-Identifier: Apache-2.0
#include "text/plain_json.hpp"

#include "text/json_text.hpp"
#include "text/utf8.hpp"

namespace trace::detail::text {
namespace {

constexpr unsigned most_nested = 32;

class PlainJsonWriter {
 public:
  PlainJsonWriter(char* to, std::string_view json) noexcept
      : to_(to), at_(json.data()), end_(json.data() + json.size()) {}

  char* write() noexcept {
    if (!copy_value(0)) return nullptr;
    skip_space();
    return at_ == end_ ? to_ : nullptr;
  }

 private:
  bool is_next(char c) const noexcept { return at_ != end_ && *at_ == c; }
  bool is_next_digit() const noexcept { return at_ != end_ && *at_ >= '0' && *at_ <= '9'; }

  bool copy(char c) noexcept {
    if (!is_next(c)) return false;
    *to_++ = *at_++;
    return true;
  }

  void skip_space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  bool copy_value(unsigned depth) noexcept {
    skip_space();
    if (at_ == end_) return false;
    switch (*at_) {
      case '{':
        return copy_members(depth);
      case '[':
        return copy_elements(depth);
      case '"':
        return copy_string();
      case 't':
        return copy_word("true");
      case 'f':
        return copy_word("false");
      case 'n':
        return copy_word("null");
      default:
        return copy_number();
    }
  }

  bool copy_members(unsigned depth) noexcept {
    if (depth == most_nested) return false;
    copy('{');
    skip_space();
    if (copy('}')) return true;
    do {
      skip_space();
      if (!copy_string()) return false;
      skip_space();
      if (!copy(':') || !copy_value(depth + 1)) return false;
      skip_space();
    } while (copy(','));
    return copy('}');
  }

  bool copy_elements(unsigned depth) noexcept {
    if (depth == most_nested) return false;
    copy('[');
    skip_space();
    if (copy(']')) return true;
    do {
      if (!copy_value(depth + 1)) return false;
      skip_space();
    } while (copy(','));
    return copy(']');
  }

  bool copy_string() noexcept {
    if (!copy('"')) return false;
    for (;;) {
      to_ = copy_plain(to_, at_, end_);
      if (at_ == end_) return false;
      if (copy('"')) return true;
      if (static_cast<unsigned char>(*at_) < 0x80)
        return false;  // an escape or a control character
      const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
      const Utf8Sequence sequence = first_utf8_sequence(rest);
      if (!sequence.valid) return false;
      to_ = put(to_, rest.substr(0, sequence.bytes));
      at_ += sequence.bytes;
    }
  }

  bool copy_word(std::string_view word) noexcept {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) {
      return false;
    }
    to_ = put(to_, word);
    at_ += word.size();
    return true;
  }

  // -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
  bool copy_number() noexcept {
    copy('-');
    if (!copy('0') && !copy_digits()) return false;
    if (copy('.') && !copy_digits()) return false;
    if (copy('e') || copy('E')) {
      if (!copy('+')) copy('-');
      return copy_digits();
    }
    return true;
  }

  bool copy_digits() noexcept {
    if (!is_next_digit()) return false;
    while (is_next_digit()) *to_++ = *at_++;
    return true;
  }

  char* to_;
  const char* at_;
  const char* end_;
};

}  // namespace

char* write_plain_json(char* to, std::string_view json) noexcept {
  return PlainJsonWriter(to, json).write();
}

}  // namespace trace::detail::text
