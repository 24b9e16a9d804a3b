// SPDX-License-Identifier: Apache-2.0
#include "text/json_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "text/json_quoting.hpp"

namespace trace::detail::text {
namespace {

template <class Float>
void append_float(std::string& out, Float value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  fmt::format_to(std::back_inserter(out), "{}", value);
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  fmt::memory_buffer room;
  room.reserve(quoted_bound(text.size()));
  out.append(room.data(), write_quoted(room.data(), text));
}

void append_number(std::string& out, std::int64_t value) {
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}

void append_number(std::string& out, std::uint64_t value) {
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}

void append_number(std::string& out, double value) { append_float(out, value); }
void append_number(std::string& out, float value) { append_float(out, value); }

}  // namespace trace::detail::text
