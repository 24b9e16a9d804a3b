// SPDX-License-Identifier: Apache-2.0
#include "text/json_scan.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include "text/utf8.hpp"

namespace trace::detail::text {
namespace {

constexpr std::size_t escape_length = 6;  // \uXXXX

// The code unit of a \uXXXX at the front of `text`.
std::optional<unsigned> code_unit(std::string_view text) noexcept {
  if (text.size() < escape_length || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  unsigned value = 0;
  const char* const end = text.data() + escape_length;
  const auto [read, error] = std::from_chars(text.data() + 2, end, value, 16);
  if (error != std::errc{} || read != end) return std::nullopt;
  return value;
}

void append_utf8(std::string& out, unsigned point) {
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

constexpr bool is_high_surrogate(unsigned unit) noexcept { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low_surrogate(unsigned unit) noexcept { return unit >= 0xDC00 && unit < 0xE000; }

// Copies or replaces the escape at the front of `text`; returns its length.
std::size_t append_repaired_escape(std::string& out, std::string_view text) {
  const std::optional<unsigned> unit = code_unit(text);
  if (!unit) {
    // The character after a backslash belongs to the escape, unless it is invalid itself.
    const bool is_pair = text.size() >= 2 && static_cast<unsigned char>(text[1]) < 0x80;
    const std::size_t length = is_pair ? 2 : 1;
    out.append(text.substr(0, length));
    return length;
  }
  if (*unit == 0) {
    out += symbol_for_null;
    return escape_length;
  }
  if (is_high_surrogate(*unit)) {
    const std::optional<unsigned> second = code_unit(text.substr(escape_length));
    if (second && is_low_surrogate(*second)) {
      out.append(text.substr(0, 2 * escape_length));
      return 2 * escape_length;
    }
  }
  if (is_high_surrogate(*unit) || is_low_surrogate(*unit)) {
    out += replacement_character;
  } else {
    out.append(text.substr(0, escape_length));
  }
  return escape_length;
}

// A shorter number without an exponent is always within range.
bool may_be_out_of_range(std::string_view number) noexcept {
  return number.size() > 18 || number.find_first_of("eE") != std::string_view::npos;
}

bool is_digit_or_point(char c) noexcept { return (c >= '0' && c <= '9') || c == '.'; }

// A number as a key is invalid, and must not become a string, which would be valid.
bool is_followed_by_colon(std::string_view rest) noexcept {
  const std::size_t at = rest.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && rest[at] == ':';
}

}  // namespace

bool is_json_number(std::string_view text) noexcept {
  const auto take_one_of = [&](std::string_view set) {
    if (text.empty() || set.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
  };
  const auto take_digits = [&] {
    const std::size_t before = text.size();
    while (take_one_of("0123456789")) {
    }
    return text.size() < before;
  };
  take_one_of("-");
  if (!take_one_of("0") && !take_digits()) return false;
  if (take_one_of(".") && !take_digits()) return false;
  if (take_one_of("eE")) {
    take_one_of("+-");
    if (!take_digits()) return false;
  }
  return text.empty();
}

bool has_imprecise_number(std::string_view json) noexcept {
  // Eighteen digits and points in a row include one of these places.
  constexpr std::size_t step = 18;
  constexpr std::ptrdiff_t most_digits = 17;
  for (std::size_t at = step - 1; at < json.size(); at += step) {
    if (!is_digit_or_point(json[at])) continue;
    std::size_t begin = at;
    while (begin > 0 && is_digit_or_point(json[begin - 1])) --begin;
    std::size_t end = at + 1;
    while (end < json.size() && is_digit_or_point(json[end])) ++end;
    at = end - 1;  // so that a long row is read once
    const std::string_view number = json.substr(begin, end - begin);
    const std::size_t significant = number.find_first_not_of("0.");
    if (number.find('.') == std::string_view::npos || significant == std::string_view::npos) {
      continue;
    }
    const std::string_view digits = number.substr(significant);
    const auto points = std::count(digits.begin(), digits.end(), '.');
    if (static_cast<std::ptrdiff_t>(digits.size()) - points > most_digits) return true;
  }
  return false;
}

std::size_t end_of_json_value(std::string_view json, std::size_t at) noexcept {
  std::size_t depth = 0;
  while (at < json.size()) {
    const char c = json[at];
    if (c == '"') {
      at = end_of_json_string(json, at);
      if (depth == 0) return at;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;  // of a number or a word
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
  return json.size();
}

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
    if (kind != 'u') {
      constexpr std::string_view names = "nrtbf";
      const std::size_t name = names.find(kind);
      out += name == std::string_view::npos ? kind : "\n\r\t\b\f"[name];
      rest.remove_prefix(2);
      continue;
    }
    unsigned point = code_unit(rest).value_or(0);
    rest.remove_prefix(std::min(escape_length, rest.size()));
    if (is_high_surrogate(point)) {
      const std::optional<unsigned> low = code_unit(rest);
      if (low && is_low_surrogate(*low)) {
        point = 0x10000 + ((point - 0xD800) << 10) + (*low - 0xDC00);
        rest.remove_prefix(escape_length);
      }
    }
    append_utf8(out, point);
  }
  return out;
}

std::string with_repaired_strings(std::string_view json) {
  std::string valid;
  valid.reserve(json.size());
  append_valid_utf8(valid, json);

  std::string out;
  out.reserve(valid.size());
  std::string_view rest = valid;
  while (!rest.empty()) {
    const std::size_t plain = std::min(rest.find('\\'), rest.size());
    out.append(rest.substr(0, plain));
    rest.remove_prefix(plain);
    if (!rest.empty()) rest.remove_prefix(append_repaired_escape(out, rest));
  }
  return out;
}

std::string with_long_numbers_marked(std::string_view json) {
  std::string out;
  out.reserve(json.size() + 64);
  while (!json.empty()) {
    std::size_t length = json.front() == '"'
                             ? end_of_json_string(json, 0)
                             : std::min(json.find_first_of("\"-0123456789"), json.size());
    if (length == 0) {
      length = std::min(json.find_first_not_of("+-.eE0123456789"), json.size());
      const std::string_view number = json.substr(0, length);
      if (may_be_out_of_range(number) && is_json_number(number) &&
          !is_followed_by_colon(json.substr(length))) {
        out.append("\"\\u0000").append(number).append("\"");
        json.remove_prefix(length);
        continue;
      }
    }
    out.append(json.substr(0, length));
    json.remove_prefix(length);
  }
  return out;
}

}  // namespace trace::detail::text
