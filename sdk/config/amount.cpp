// SPDX-License-Identifier: Apache-2.0
#include "config/amount.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <system_error>

#include <trace/duration.hpp>

namespace trace::detail::config {
namespace {

struct ByteUnit {
  std::string_view name;
  std::uint64_t bytes;
};

// Smallest first.
constexpr std::array<ByteUnit, 5> byte_units{{{"", 1},
                                              {"KiB", std::uint64_t{1} << 10},
                                              {"MiB", std::uint64_t{1} << 20},
                                              {"GiB", std::uint64_t{1} << 30},
                                              {"TiB", std::uint64_t{1} << 40}}};

Error refuse(Unit unit, std::string_view text) {
  return Error(
      "", '"' + std::string(text) + "\" is not a " +
              (unit == Unit::bytes ? "size; use 1048576, 64MiB, 2GiB" : "whole number; use 2000"));
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
  if (unit == Unit::milliseconds) {
    return duration_text(std::chrono::milliseconds(static_cast<std::int64_t>(amount)));
  }
  if (unit == Unit::count || amount == 0) return std::to_string(amount);
  const ByteUnit* best = &byte_units.front();
  for (const ByteUnit& each : byte_units) {
    if (amount % each.bytes == 0) best = &each;
  }
  return std::to_string(amount / best->bytes).append(best->name);
}

std::string range_text(const AmountRange& range) {
  return amount_text(range.unit, range.least) + " to " + amount_text(range.unit, range.most);
}

std::string range_fault(const AmountRange& range, std::uint64_t amount) {
  if (amount >= range.least && amount <= range.most) return {};
  return "must be " + range_text(range) + ", not " + amount_text(range.unit, amount);
}

}  // namespace trace::detail::config
