// SPDX-License-Identifier: Apache-2.0
#include "ship/value_format.hpp"

#include <algorithm>
#include <type_traits>

namespace trace::detail::ship {
namespace {

constexpr unsigned most_width = 64;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The parts of a specifier: [[fill]align][sign][#][0][width][.precision][type]
struct Parts {
  char fill = ' ';
  char type = '\0';
  bool is_supported = true;
};

// Skips a number of at most most_width; false if it is larger.
bool take_number(std::string_view& rest) noexcept {
  unsigned value = 0;
  while (!rest.empty() && is_digit(rest.front())) {
    value = value * 10 + static_cast<unsigned>(rest.front() - '0');
    if (value > most_width) return false;
    rest.remove_prefix(1);
  }
  return true;
}

Parts parts_of(std::string_view rest) noexcept {
  Parts parts;
  const auto is_align = [](char c) { return c == '<' || c == '>' || c == '^'; };
  const auto skip_any_of = [&](std::string_view set) {
    if (!rest.empty() && set.find(rest.front()) != std::string_view::npos) rest.remove_prefix(1);
  };
  if (rest.size() >= 2 && is_align(rest[1])) {
    parts.fill = rest.front();
    rest.remove_prefix(2);
  } else if (!rest.empty() && is_align(rest.front())) {
    rest.remove_prefix(1);
  }
  skip_any_of("+- ");
  skip_any_of("#");
  skip_any_of("0");
  parts.is_supported = take_number(rest);
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    parts.is_supported = take_number(rest) && parts.is_supported;
  }
  if (!rest.empty()) {
    parts.type = rest.front();
    rest.remove_prefix(1);
  }
  const auto fill = static_cast<unsigned char>(parts.fill);
  parts.is_supported = parts.is_supported && rest.empty() && parts.type != 'L' &&
                       parts.type != '?' && fill >= 0x20 && fill < 0x7F;
  return parts;
}

bool is_number(Tag tag) noexcept {
  return tag == Tag::int64 || tag == Tag::uint64 || tag == Tag::float32 || tag == Tag::float64;
}

}  // namespace

std::optional<ValueFormat> ValueFormat::parse(Tag tag, std::string_view specifier) {
  if (std::ranges::any_of(specifier, [](char c) { return c == '{' || c == '}'; })) {
    return std::nullopt;
  }
  const Parts parts = parts_of(specifier);
  if (!parts.is_supported) return std::nullopt;
  const bool is_integer = tag == Tag::int64 || tag == Tag::uint64;
  const bool writes_digits =
      (parts.fill == ' ' || parts.fill == '0') &&
      (is_integer ? parts.type == '\0' || parts.type == 'd'
                  : is_number(tag) && (parts.type == 'f' || parts.type == 'F'));
  const auto parsed = [&]<class T>(std::type_identity<T>) -> std::optional<ValueFormat> {
    fmt::formatter<T> formatter;
    fmt::format_parse_context context(fmt::string_view(specifier.data(), specifier.size()));
    if (formatter.parse(context) != specifier.data() + specifier.size()) return std::nullopt;
    return ValueFormat(tag, formatter, writes_digits);
  };
  try {
    switch (tag) {
      case Tag::boolean:
        return parsed(std::type_identity<bool>());
      case Tag::character:
        return parsed(std::type_identity<char>());
      case Tag::int64:
        return parsed(std::type_identity<long long>());
      case Tag::uint64:
        return parsed(std::type_identity<unsigned long long>());
      case Tag::float32:
        return parsed(std::type_identity<float>());
      case Tag::float64:
        return parsed(std::type_identity<double>());
      case Tag::pointer:
        return parsed(std::type_identity<const void*>());
      case Tag::string:
      case Tag::json:
        return parsed(std::type_identity<fmt::string_view>());
    }
  } catch (const fmt::format_error&) {
  }
  return std::nullopt;
}

void ValueFormat::append(fmt::memory_buffer& out, PayloadReader& payload) const {
  fmt::format_context context(fmt::appender(out), {}, {});
  const auto append_value = [&]<class T>(std::type_identity<T>,
                                         const std::type_identity_t<T>& value) {
    std::get<fmt::formatter<T>>(formatter_).format(value, context);
  };
  visit_value(tag_, payload, [&](const auto& value) {
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::int64_t>) {
      append_value(std::type_identity<long long>(), value);
    } else if constexpr (std::is_same_v<Value, std::uint64_t>) {
      append_value(std::type_identity<unsigned long long>(), value);
    } else if constexpr (std::is_same_v<Value, std::string_view>) {
      append_value(std::type_identity<fmt::string_view>(), {value.data(), value.size()});
    } else if constexpr (std::is_same_v<Value, Json>) {
      append_value(std::type_identity<fmt::string_view>(), {value.text.data(), value.text.size()});
    } else {
      append_value(std::type_identity<Value>(), value);
    }
  });
}

}  // namespace trace::detail::ship
