// SPDX-License-Identifier: Apache-2.0
// ValueFormat: the specifier of one replacement field, such as the ".2f" of "{:.2f}", parsed once
// and applied to each value. Used by MessagePlan. One thread.
#pragma once

#include <fmt/format.h>
#include <trace/record.hpp>

#include <optional>
#include <string_view>
#include <variant>

#include "ship/payload_reader.hpp"

namespace trace::detail::ship {

class ValueFormat {
 public:
  // The maximum number of bytes that a specifier adds to a text, or that a formatted value has that
  // is not a text.
  static constexpr std::size_t most_bytes = 512;

  // Nullopt if the specifier is wrong for the type, or one that is left to fmt: a width or
  // precision above 64 or given by another argument, a locale, a fill character outside ASCII, and
  // `?`, which makes a text up to four times as long.
  static std::optional<ValueFormat> parse(Tag tag, std::string_view specifier);

  // Reads a value of the type and appends it, formatted.
  void append(fmt::memory_buffer& out, PayloadReader& payload) const;

  // Whether it writes nothing but digits, signs, points and blanks, or "inf" and "nan".
  bool writes_digits() const noexcept { return writes_digits_; }

 private:
  using Formatter = std::variant<fmt::formatter<bool>, fmt::formatter<char>,
                                 fmt::formatter<long long>, fmt::formatter<unsigned long long>,
                                 fmt::formatter<float>, fmt::formatter<double>,
                                 fmt::formatter<const void*>, fmt::formatter<fmt::string_view>>;

  ValueFormat(Tag tag, const Formatter& formatter, bool writes_digits)
      : tag_(tag), formatter_(formatter), writes_digits_(writes_digits) {}

  Tag tag_;
  Formatter formatter_;
  bool writes_digits_;
};

}  // namespace trace::detail::ship
