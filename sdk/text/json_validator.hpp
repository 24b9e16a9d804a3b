// SPDX-License-Identifier: Apache-2.0
// JsonValidator: checks bytes that arrive in pieces for one JSON value (RFC 8259), in memory
// bounded by the nesting. It keeps no value and does not check the encoding of characters. One
// thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace trace::detail::text {

class JsonValidator {
 public:
  static constexpr std::size_t most_nested = 1024;

  void update(std::string_view bytes);
  // After the last byte: whether the bytes were one whole value.
  bool finish();
  // The number of bytes before the first invalid one.
  std::uint64_t good_bytes() const noexcept { return good_; }

 private:
  enum class At : std::uint8_t {
    value,
    value_or_end,  // behind [
    key_or_end,    // behind {
    key,
    colon,
    behind,  // a value: what comes next depends on what it is in
    text,
    escape,
    code,  // of \u
    word,  // true, false, null
    minus,
    zero,
    integer,
    point,
    fraction,
    exponent,
    exponent_sign,
    exponent_digits,
    wrong,
  };

  bool take(char c);
  bool begin_value(char c);
  bool take_behind(char c);
  bool take_number(char c);
  bool take_text(char c);
  bool open(bool object);
  bool close(bool object);
  bool number_may_end() const noexcept;

  At at_ = At::value;
  bool is_key_ = false;
  int left_ = 0;                // of a code
  std::string_view word_ = {};  // what is left of one
  std::vector<bool> objects_;   // what we are in: an object or an array
  std::uint64_t good_ = 0;
};

}  // namespace trace::detail::text
