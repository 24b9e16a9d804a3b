// SPDX-License-Identifier: Apache-2.0
#include "levels/level_words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace trace::detail::levels {
namespace {

struct LevelRow {
  Level level;
  unsigned places;
  std::string_view names;  // separated by '|'; words in lower case
};

constexpr LevelRow level_table[] = {
    {Level::debug, as_word | before_colon | alone, "debug|debu|dbug|dbg|trce"},
    {Level::debug, as_word | alone, "trc|verbose|finer|finest"},
    {Level::debug, as_word, "trace|verb|ver|fine"},  // TRACE is also an HTTP method
    {Level::info, as_word | before_colon | alone, "info|inf|information|informational|notice"},
    {Level::warn, as_word | before_colon | alone, "warning|warn|wrn"},
    {Level::error, as_word | before_colon | alone,
     "error|err|erro|eror|fatal|crit|crt|panic|dpanic|pani|pnc|emerg"},
    {Level::error, as_word | alone, "severe|fata|ftl|emergency"},
    {Level::error, as_word | before_colon | as_finding, "critical"},
    {Level::error, as_word, "alert"},

    {Level::info, as_mark, "note|Note|NOTE|hint|HINT|help"},
    {Level::warn, as_mark, "DEPRECATION"},
    {Level::error, before_error,
     "fatal|Fatal|FATAL|runtime|Runtime|syntax|Syntax|parse|Parse|internal|Internal"},
    {Level::error, before_code, "error"},
    {Level::warn, before_code, "warning"},
    {Level::warn, in_brackets, "DEPRECATION WARNING"},  // Ansible
    {Level::error, in_brackets, "FAILED"},              // systemd
    {Level::info, as_state, "OK|DONE"},
    {Level::debug, by_npm, "http|sill|silly|timing"},
    {Level::info, by_postgres, "LOG"},

    {Level::debug, as_letter, "D|V"},
    {Level::info, as_letter | by_apt, "I|N"},
    {Level::warn, as_letter | by_apt, "W"},
    {Level::error, as_letter | by_apt, "E"},
    {Level::error, as_letter, "F|C"},
    {Level::info, as_sign, "*|+|i"},
    {Level::warn, as_sign, "!"},
    {Level::error, as_sign, "-"},
    {Level::debug, by_redis, "-|."},
    {Level::info, by_redis, "*"},
    {Level::warn, by_redis, "#"},

    {Level::debug, by_pino, "10|20"},
    {Level::info, by_pino, "30"},
    {Level::warn, by_pino, "40"},
    {Level::error, by_pino, "50|60"},
    {Level::debug, by_syslog, "7"},
    {Level::info, by_syslog, "5|6"},
    {Level::warn, by_syslog, "4"},
    {Level::error, by_syslog, "0|1|2|3"},
};

constexpr char folded(char c) noexcept { return static_cast<char>(c | 0x20); }

constexpr std::size_t longest_name = 19;

constexpr std::size_t slots = 256;  // a power of two
constexpr std::size_t slot_of(std::string_view text) noexcept {
  std::uint64_t hash = 0;
  for (const char c : text) hash = hash * 31 + static_cast<unsigned char>(folded(c));
  return hash * 0x9E3779B97F4A7C15 >> 56;
}

// The names of the table by their hash, with open addressing.
constexpr auto names = [] {
  std::array<LevelName, slots> table{};
  for (const LevelRow& row : level_table) {
    for (std::string_view rest = row.names; !rest.empty();) {
      const std::string_view text = rest.substr(0, rest.find('|'));
      std::size_t slot = slot_of(text);
      while (!table[slot].text.empty()) slot = (slot + 1) % slots;
      table[slot] = {text, row.level, row.places};
      rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    }
  }
  return table;
}();

bool is_named(const LevelName& name, std::string_view text) noexcept {
  if ((name.places & as_word) == 0) return text == name.text;
  return std::equal(text.begin(), text.end(), name.text.begin(), name.text.end(),
                    [](char c, char small) { return folded(c) == small; });
}

}  // namespace

const LevelName* level_name(std::string_view text, unsigned places) noexcept {
  if (text.empty() || text.size() > longest_name) return nullptr;
  for (std::size_t slot = slot_of(text); !names[slot].text.empty(); slot = (slot + 1) % slots) {
    if ((names[slot].places & places) != 0 && is_named(names[slot], text)) return &names[slot];
  }
  return nullptr;
}

bool is_plain_value(std::string_view text) noexcept {
  text = without_blanks_around(text);
  if (is_digit(at(text, 0))) {
    const std::size_t digits = length_of(text, [](char c) { return is_digit(c) || c == '.'; });
    const char behind = at(text, digits);
    if (behind == '\0' || behind == ',' || behind == ';' || behind == ')' || behind == '%') {
      return true;
    }
    // "Critical: 2 High: 3" is a summary, "Error: 2 files are missing" is not.
    const std::string_view next = without_blanks_before(from(text, digits));
    const std::size_t name = length_of(next, is_letter);
    return is_blank(behind) && name > 0 && at(next, name) == ':';
  }
  constexpr std::string_view words[] = {"true", "false", "null", "none", "nil", "None",
                                        "yes",  "no",    "on",   "off",  "-",   "\"\"",
                                        "''",   "[]",    "{}",   "~",    "n/a", "N/A"};
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

}  // namespace trace::detail::levels
