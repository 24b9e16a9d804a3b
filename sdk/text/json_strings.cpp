// SPDX-License-Identifier: Apache-2.0
#include "text/json_strings.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace trace::detail {
namespace {

// The four digits of a \u at the front of `text`; 0 if there are none.
std::uint32_t unit_of(std::string_view text) noexcept {
  std::uint32_t unit = 0;
  const std::string_view digits = text.substr(0, 4);
  std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
  return unit;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto rest = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((point >> shift) & 0x3FU));
  };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0U | point >> 6);
    rest(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0U | point >> 12);
    rest(6);
    rest(0);
  } else {
    out += static_cast<char>(0xF0U | point >> 18);
    rest(12);
    rest(6);
    rest(0);
  }
}

bool is_high(std::uint32_t unit) noexcept { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low(std::uint32_t unit) noexcept { return unit >= 0xDC00 && unit < 0xE000; }

}  // namespace

std::size_t end_of_json_string(std::string_view json, std::size_t at) noexcept {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return std::min(at + 1, json.size());
}

std::string value_of_json_string(std::string_view string) {
  std::string out;
  std::string_view rest = string.substr(1, string.size() < 2 ? 0 : string.size() - 2);
  while (!rest.empty()) {
    const std::size_t plain = std::min(rest.find('\\'), rest.size());
    out.append(rest.substr(0, plain));
    rest.remove_prefix(plain);
    if (rest.size() < 2) break;
    const char kind = rest[1];
    rest.remove_prefix(2);
    if (kind != 'u') {
      constexpr std::string_view names = "nrtbf";
      const std::size_t name = names.find(kind);
      out += name == std::string_view::npos ? kind : "\n\r\t\b\f"[name];
      continue;
    }
    std::uint32_t point = unit_of(rest);
    rest.remove_prefix(std::min<std::size_t>(4, rest.size()));
    if (is_high(point) && rest.size() >= 6 && rest.starts_with("\\u")) {
      const std::uint32_t low = unit_of(rest.substr(2));
      if (is_low(low)) {
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        rest.remove_prefix(6);
      }
    }
    append_utf8(out, point);
  }
  return out;
}

}  // namespace trace::detail
