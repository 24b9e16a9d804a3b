// SPDX-License-Identifier: Apache-2.0
// Amounts as settings hold them: counts, sizes in bytes, durations in milliseconds; and the text
// that stands for them in the environment. Used by both tables of settings. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <trace/result.hpp>

namespace trace::detail::config {

enum class Unit : std::uint8_t { count, bytes, milliseconds };

struct AmountRange {
  Unit unit = Unit::count;
  std::uint64_t least = 0;
  std::uint64_t most = 0;
};

// "2000"; "1048576", "64MiB"; "250ms", "1.5s". The Error quotes the text and says what to write.
Result<std::uint64_t> parse_amount(Unit unit, std::string_view text);

// The amount in its largest whole unit.
std::string amount_text(Unit unit, std::uint64_t amount);

// "4MiB to 16TiB".
std::string range_text(const AmountRange& range);

// The rule that the amount breaks, or an empty text.
std::string range_fault(const AmountRange& range, std::uint64_t amount);

}  // namespace trace::detail::config
