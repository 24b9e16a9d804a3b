// SPDX-License-Identifier: Apache-2.0
#include <trace/duration.hpp>

#include <array>
#include <charconv>
#include <cstdint>
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

// Reads digits from the front of `text`. False when there are none, or the number is not in range.
bool take_number(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number > longest) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto refuse = [&] {
    return Error("", '"' + std::string(text) + "\" is not a duration; use 300ms, 5s, 2m");
  };
  std::string_view rest = text;
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;
  std::uint64_t scale = 1;
  if (!take_number(rest, whole)) return refuse();
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    const std::size_t before = rest.size();
    if (!take_number(rest, fraction)) return refuse();
    for (std::size_t digits = before - rest.size(); digits > 0; --digits) {
      if (scale > 100'000'000) return refuse();  // keeps the product below in range
      scale *= 10;
    }
  }
  for (const auto& [name, milliseconds] : units) {
    if (rest != name) continue;
    if (whole > longest / milliseconds) return refuse();
    const std::uint64_t all = whole * milliseconds + fraction * milliseconds / scale;
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
