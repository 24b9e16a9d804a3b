// SPDX-License-Identifier: Apache-2.0
#include "config/amount.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>
#include <span>
#include <system_error>

#include <trace/duration.hpp>

namespace trace {
namespace detail::config {
namespace {

struct NamedUnit {
  std::string_view name;
  std::uint64_t size;
};

// Smallest first.
constexpr std::array<NamedUnit, 5> byte_units{{{"", 1},
                                               {"KiB", std::uint64_t{1} << 10},
                                               {"MiB", std::uint64_t{1} << 20},
                                               {"GiB", std::uint64_t{1} << 30},
                                               {"TiB", std::uint64_t{1} << 40}}};
constexpr std::array<NamedUnit, 4> duration_units{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
constexpr std::uint64_t longest = std::uint64_t{10} * 365 * 24 * 3'600'000;

// The amount in its largest whole unit.
std::string text_in(std::span<const NamedUnit> units, std::uint64_t amount) {
  const NamedUnit* best = &units.front();
  for (const NamedUnit& each : units) {
    if (amount > 0 && amount % each.size == 0) best = &each;
  }
  return std::to_string(amount / best->size).append(best->name);
}

Error refuse(Unit unit, std::string_view text) {
  return Error(
      "", '"' + std::string(text) + "\" is not a " +
              (unit == Unit::bytes ? "size; use 1048576, 64MiB, 2GiB" : "whole number; use 2000"));
}

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

Result<std::uint64_t> parse_amount(Unit unit, std::string_view text) {
  if (unit == Unit::milliseconds) {
    const auto duration = parse_duration(text);
    if (!duration) return duration.error();
    return static_cast<std::uint64_t>(duration->count());
  }
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{}) return refuse(unit, text);
  const std::string_view suffix = text.substr(static_cast<std::size_t>(read - text.data()));
  for (const auto& [name, bytes] : byte_units) {
    if (suffix != name || (unit == Unit::count && !name.empty())) continue;
    if (number > std::numeric_limits<std::int64_t>::max() / bytes) break;
    return number * bytes;
  }
  return refuse(unit, text);
}

std::string amount_text(Unit unit, std::uint64_t amount) {
  if (unit == Unit::count) return std::to_string(amount);
  return unit == Unit::bytes ? text_in(byte_units, amount) : text_in(duration_units, amount);
}

std::string range_text(const AmountRange& range) {
  return amount_text(range.unit, range.least) + " to " + amount_text(range.unit, range.most);
}

std::string range_fault(const AmountRange& range, std::uint64_t amount) {
  if (amount >= range.least && amount <= range.most) return {};
  return "must be " + range_text(range) + ", not " + amount_text(range.unit, amount);
}

}  // namespace detail::config

using namespace detail::config;

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
  for (const auto& [name, milliseconds] : duration_units) {
    if (rest != name) continue;
    if (!whole || *whole > longest / milliseconds) return refuse();
    const std::uint64_t all = *whole * milliseconds + fraction * milliseconds / scale;
    return std::chrono::milliseconds(static_cast<std::int64_t>(all));
  }
  return refuse();
}

std::string duration_text(std::chrono::milliseconds duration) {
  if (duration.count() < 0) return std::to_string(duration.count()) + "ms";
  return text_in(duration_units, static_cast<std::uint64_t>(duration.count()));
}

}  // namespace trace
