// SPDX-License-Identifier: Apache-2.0
// The table of levels: each word, letter, sign and number that tools write for a level, with the
// contract's level and the places where it counts. Used by all code that searches for levels in
// captured lines. Pure functions, safe on any thread.
#pragma once

#include <optional>
#include <string_view>

#include <trace/event.hpp>

#include "text/ascii.hpp"

namespace trace::detail::levels {

using text::at, text::first_word, text::from, text::length_of;
using text::is_blank, text::is_capital, text::is_digit, text::is_letter, text::is_small;
using text::without_blanks_around, text::without_blanks_before;

// Where a name of a level counts.
enum LevelPlace : unsigned {
  as_word = 1U << 0,       // in any case, wherever a level is expected; other names as they are
  before_colon = 1U << 1,  // of the words, those that need no capitals before a colon
  alone = 1U << 2,         // of the words, those that need no colon if in capitals
  as_finding = 1U << 3,    // of the words, those that are also the severity of a finding
  as_mark = 1U << 4,       // before a colon only
  before_error = 1U << 5,  // before "error:"
  before_code = 1U << 6,   // before the code of a compiler's message: "error TS2322:"
  in_brackets = 1U << 7,
  as_state = 1U << 8,   // of a check, at the end of its line
  as_letter = 1U << 9,  // in the heads of klog, apt, Tornado, Android and others
  by_apt = 1U << 10,    // a letter before a colon
  as_sign = 1U << 11,   // in brackets, of Metasploit, wpscan, sqlmap and many others
  by_redis = 1U << 12,
  by_npm = 1U << 13,
  by_postgres = 1U << 14,
  by_pino = 1U << 15,  // and bunyan
  by_syslog = 1U << 16,
};

struct LevelName {
  std::string_view text;
  Level level = Level::info;
  unsigned places = 0;
};

// The name that counts in one of these places; null for any other text.
const LevelName* level_name(std::string_view text, unsigned places) noexcept;

inline std::optional<Level> level_of(std::string_view text, unsigned places) noexcept {
  const LevelName* const name = level_name(text, places);
  return name == nullptr ? std::nullopt : std::optional(name->level);
}
inline std::optional<Level> level_of_word(std::string_view text) noexcept {
  return level_of(text, as_word);
}
inline std::optional<Level> level_of_letter(char letter) noexcept {
  return level_of({&letter, 1}, as_letter);
}

// True for a word in capitals, which distinguishes a level from a word of a sentence.
constexpr bool is_in_capitals(std::string_view word) noexcept {
  return !word.empty() && length_of(word, is_capital) == word.size();
}

// True for a value after a name in a table, a summary or a configuration, which is not a message:
// "0", "3, warnings: 2", "false", "null", "[]".
bool is_plain_value(std::string_view text) noexcept;

}  // namespace trace::detail::levels
