// SPDX-License-Identifier: Apache-2.0
// The words that tools use for levels, mapped to the contract's four. Used by all code that
// searches for levels in captured lines. Pure functions, safe on any thread.
#pragma once

#include <optional>
#include <string_view>

#include <trace/event.hpp>

#include "text/ascii.hpp"

namespace trace::detail::levels {

// The level of a word, in any case: "WARN", "warning", "wrn", but not "W"; nullopt for any other
// text. Trace and verbose are debug, notice is info, critical, alert, panic … are error.
std::optional<Level> level_of_word(std::string_view word) noexcept;

// The level of a capital letter in the heads of klog, apt, Tornado, Android and others.
std::optional<Level> level_of_letter(char letter) noexcept;

// Syslog's severities: 0 (emergency) to 7 (debug).
constexpr Level level_of_severity(unsigned severity) noexcept {
  if (severity <= 3) return Level::error;
  if (severity == 4) return Level::warn;
  return severity <= 6 ? Level::info : Level::debug;
}

// True for a word in capitals, which distinguishes a level from a word of a sentence.
constexpr bool is_in_capitals(std::string_view word) noexcept {
  return !word.empty() && text::length_of(word, text::is_capital) == word.size();
}

// True for a value after a name in a table, a summary or a configuration, which is not a message:
// "0", "3, warnings: 2", "false", "null", "[]".
bool is_plain_value(std::string_view text) noexcept;

}  // namespace trace::detail::levels
