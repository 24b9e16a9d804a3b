#include "config/units.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <system_error>

namespace trace::detail::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Smallest first.
constexpr std::array<Unit, 4> duration_units{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
constexpr std::array<Unit, 5> byte_units{{{"", 1},
                                          {"KiB", std::uint64_t{1} << 10},
                                          {"MiB", std::uint64_t{1} << 20},
                                          {"GiB", std::uint64_t{1} << 30},
                                          {"TiB", std::uint64_t{1} << 40}}};

template <std::size_t N>
std::optional<std::uint64_t> from_text(std::string_view text, const std::array<Unit, N>& units) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(read - text.data()));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (value > std::numeric_limits<std::int64_t>::max() / unit.factor) return std::nullopt;
    return value * unit.factor;
  }
  return std::nullopt;
}

template <std::size_t N>
std::string to_text(std::uint64_t value, const std::array<Unit, N>& units) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) best = &unit;
  }
  return std::to_string(value / best->factor).append(best->name);
}

}  // namespace

std::optional<std::uint64_t> count_from_text(std::string_view text) noexcept {
  return from_text(text, std::array<Unit, 1>{{{"", 1}}});
}

std::optional<std::chrono::milliseconds> duration_from_text(std::string_view text) noexcept {
  const std::optional<std::uint64_t> value = from_text(text, duration_units);
  if (!value) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*value));
}

std::optional<std::uint64_t> bytes_from_text(std::string_view text) noexcept {
  return from_text(text, byte_units);
}

std::string duration_text(std::chrono::milliseconds duration) {
  if (duration.count() < 0) return std::to_string(duration.count()).append("ms");
  return to_text(static_cast<std::uint64_t>(duration.count()), duration_units);
}

std::string bytes_text(std::uint64_t bytes) { return to_text(bytes, byte_units); }

}  // namespace trace::detail::config
