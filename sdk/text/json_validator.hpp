// SPDX-License-Identifier: Apache-2.0
// JsonValidator: whether text that is read piece by piece is one JSON value (RFC 8259), in constant
// memory. Keeps no value and does not check the encoding. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace trace::detail::text {

class JsonValidator {
 public:
  static constexpr std::size_t most_nested = 1024;

  // `next` returns the next piece of the text, valid until the next call; empty at the end.
  explicit JsonValidator(std::function<std::string_view()> next) : next_(std::move(next)) {}

  // Reads the text up to its end or its first invalid byte; once.
  bool is_valid();
  // Whether the end of the text was reached; `next` is not called again.
  bool ended() const noexcept { return ended_; }
  // Number of bytes before the first invalid one.
  std::uint64_t good_bytes() const noexcept { return good_; }

 private:
  char peek();
  bool skip(std::size_t bytes);  // true if there were any
  bool take(char c);
  bool take_one_of(std::string_view set);
  bool take_word(std::string_view word);
  bool take_digits();
  void skip_space();
  bool take_value();
  bool take_scalar();
  bool take_number();
  bool take_string();
  bool take_escape();
  bool take_key();

  std::function<std::string_view()> next_;
  std::string_view piece_;  // what is left of it
  bool ended_ = false;
  std::uint64_t good_ = 0;
};

}  // namespace trace::detail::text
