// SPDX-License-Identifier: Apache-2.0
#include <trace/duration.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

namespace trace {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t milliseconds;
};

// Smallest first.
constexpr std::array<Unit, 4> units{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
constexpr std::uint64_t longest = std::uint64_t{10} * 365 * 24 * 3'600'000;

// Removes the digits at the front of `text`.
std::string_view take_digits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

// 0 for no digits; nullopt for more than the longest duration has.
std::optional<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t number = 0;
  if (digits.empty()) return number;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || number > longest) return std::nullopt;
  return number;
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto refuse = [&] {
    return Error("", '"' + std::string(text) + "\" is not a duration; use 300ms, 5s, 2m");
  };
  std::string_view rest = text;
  const std::string_view before_point = take_digits(rest);
  std::string_view after_point;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    after_point = take_digits(rest);
  }
  if (before_point.empty() && after_point.empty()) return refuse();
  const auto whole = number_of(before_point);
  // Further digits are less than a millisecond, of an hour too.
  after_point = after_point.substr(0, 9);
  const std::uint64_t fraction = number_of(after_point).value_or(0);
  std::uint64_t scale = 1;
  for (std::size_t i = 0; i < after_point.size(); ++i) scale *= 10;
  for (const auto& [name, milliseconds] : units) {
    if (rest != name) continue;
    if (!whole || *whole > longest / milliseconds) return refuse();
    const std::uint64_t all = *whole * milliseconds + fraction * milliseconds / scale;
    return std::chrono::milliseconds(static_cast<std::int64_t>(all));
  }
  return refuse();
}

std::string duration_text(std::chrono::milliseconds duration) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    const auto length = static_cast<std::int64_t>(unit.milliseconds);
    if (duration.count() > 0 && duration.count() % length == 0) best = &unit;
  }
  return std::to_string(duration.count() / static_cast<std::int64_t>(best->milliseconds))
      .append(best->name);
}

}  // namespace trace
