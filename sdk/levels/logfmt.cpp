// SPDX-License-Identifier: Apache-2.0
#include "levels/line_forms.hpp"

namespace trace::detail::levels {
namespace {

constexpr std::size_t most_bytes = 512;

struct Pair {
  std::string_view key;
  std::string_view value;  // without its quotes
  std::size_t length = 0;  // with the blanks after it; 0: no pair
};

bool is_part_of_key(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-' || c == '@' || c == '/';
}

// Length of the quoted text at the front, quotes included; all of it when it does not end.
std::size_t quoted_length(std::string_view text) noexcept {
  std::size_t end = 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return end < text.size() ? end + 1 : text.size();
}

Pair pair_at_front(std::string_view text) noexcept {
  const std::size_t key = length_of(text, is_part_of_key);
  if (key == 0 || at(text, key) != '=') return {};
  const std::string_view rest = from(text, key + 1);
  const bool is_quoted = at(rest, 0) == '"';
  const std::size_t value =
      is_quoted ? quoted_length(rest) : length_of(rest, [](char c) { return !is_blank(c); });
  const std::size_t blanks = length_of(from(rest, value), is_blank);
  const bool is_closed = is_quoted && value >= 2 && rest[value - 1] == '"';
  return {text.substr(0, key), is_closed ? rest.substr(1, value - 2) : rest.substr(0, value),
          key + 1 + value + blanks};
}

}  // namespace

std::optional<Level> level_of_logfmt(std::string_view line) noexcept {
  std::string_view rest = line.substr(0, most_bytes);
  std::optional<Level> level;
  std::optional<Level> severity;
  bool has_message = false;
  std::size_t pairs = 0;
  while (!rest.empty()) {
    const Pair pair = pair_at_front(rest);
    if (pair.length == 0) break;
    ++pairs;
    if (pair.key == "level" || pair.key == "lvl" || pair.key == "LEVEL") {
      if (!level) level = level_of_word(pair.value);
    } else if (pair.key == "severity") {
      if (!severity) severity = level_of_word(pair.value);
    } else if (pair.key == "msg" || pair.key == "message") {
      has_message = true;
    }
    if (level && pairs > 1) return level;
    rest.remove_prefix(pair.length);
  }
  return severity && has_message ? severity : std::nullopt;
}

}  // namespace trace::detail::levels
