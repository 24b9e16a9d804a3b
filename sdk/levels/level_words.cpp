// SPDX-License-Identifier: Apache-2.0
#include "levels/level_words.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace trace::detail::levels {
namespace {

constexpr std::size_t longest_packed = 8;

// A word of up to eight letters as one number, in small letters.
constexpr std::uint64_t packed(std::string_view word) noexcept {
  std::uint64_t value = 0;
  for (const char c : word) value = value << 8U | (static_cast<unsigned char>(c) | 0x20U);
  return value;
}

bool is(std::string_view word, std::string_view small) noexcept {
  if (word.size() != small.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if ((static_cast<unsigned char>(word[i]) | 0x20U) != static_cast<unsigned char>(small[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<Level> level_of_word(std::string_view word) noexcept {
  if (word.size() < 3 || word.size() > 13 ||
      text::length_of(word, text::is_letter) != word.size()) {
    return std::nullopt;
  }
  if (word.size() > longest_packed) {
    if (is(word, "information") || is(word, "informational")) return Level::info;
    if (is(word, "emergency")) return Level::error;
    return std::nullopt;
  }
  switch (packed(word)) {
    case packed("trace"):
    case packed("trc"):
    case packed("trce"):
    case packed("verbose"):
    case packed("verb"):
    case packed("ver"):
    case packed("debug"):
    case packed("debu"):
    case packed("dbug"):
    case packed("dbg"):
    case packed("fine"):
    case packed("finer"):
    case packed("finest"):
      return Level::debug;
    case packed("info"):
    case packed("inf"):
    case packed("notice"):
      return Level::info;
    case packed("warning"):
    case packed("warn"):
    case packed("wrn"):
      return Level::warn;
    case packed("error"):
    case packed("err"):
    case packed("erro"):
    case packed("eror"):
    case packed("severe"):
    case packed("fatal"):
    case packed("fata"):
    case packed("ftl"):
    case packed("critical"):
    case packed("crit"):
    case packed("crt"):
    case packed("panic"):
    case packed("dpanic"):
    case packed("pani"):
    case packed("pnc"):
    case packed("alert"):
    case packed("emerg"):
      return Level::error;
    default:
      return std::nullopt;
  }
}

std::optional<Level> level_of_letter(char letter) noexcept {
  switch (letter) {
    case 'F':
    case 'E':
    case 'C':
      return Level::error;
    case 'W':
      return Level::warn;
    case 'I':
    case 'N':
      return Level::info;
    case 'D':
    case 'V':
      return Level::debug;
    default:
      return std::nullopt;
  }
}

bool is_plain_value(std::string_view text) noexcept {
  text = text::without_blanks_around(text);
  if (text::is_digit(text::at(text, 0))) {
    const std::size_t digits =
        text::length_of(text, [](char c) { return text::is_digit(c) || c == '.'; });
    const char behind = text::at(text, digits);
    if (behind == '\0' || behind == ',' || behind == ';' || behind == ')' || behind == '%') {
      return true;
    }
    // "Critical: 2 High: 3" is a summary, "Error: 2 files are missing" is not.
    const std::string_view next = text::without_blanks_before(text::from(text, digits));
    const std::size_t name = text::length_of(next, text::is_letter);
    return text::is_blank(behind) && name > 0 && text::at(next, name) == ':';
  }
  constexpr std::string_view words[] = {"true", "false", "null", "none", "nil", "None",
                                        "yes",  "no",    "on",   "off",  "-",   "\"\"",
                                        "''",   "[]",    "{}",   "~",    "n/a", "N/A"};
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

}  // namespace trace::detail::levels
