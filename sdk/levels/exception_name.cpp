// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "levels/line_forms.hpp"

namespace trace::detail::levels {
namespace {

constexpr std::size_t longest_name = 128;

// A table, because each line's first word is read with it.
constexpr auto parts_of_names = [] {
  std::array<bool, 256> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const char c = static_cast<char>(i);
    parts[i] = is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '$';
  }
  return parts;
}();

bool is_part_of_name(char c) noexcept { return parts_of_names[static_cast<unsigned char>(c)]; }

bool names_an_exception(std::string_view name) noexcept {
  return name.ends_with("Error") || name.ends_with("Exception") || name.ends_with("Throwable");
}

// " [ERR_ASSERTION]" and " [Error]" after a name, as Node prints them.
std::size_t code_length(std::string_view text) noexcept {
  if (!text.starts_with(" [")) return 0;
  const std::size_t end = 2 + length_of(text.substr(2, 64), is_part_of_name);
  return at(text, end) == ']' ? end + 1 : 0;
}

}  // namespace

bool begins_with_exception(std::string_view line) noexcept {
  // Nearly every line is rejected by the text after its first name.
  const std::size_t length = length_of(line.substr(0, longest_name + 1), is_part_of_name);
  const std::string_view name = line.substr(0, length);
  const bool has_code = at(line, length) == ' ' && at(line, length + 1) == '[';
  if (length < line.size() && line[length] != ':' && !has_code) return false;
  const std::string_view word = first_word(line, longest_name + 1);
  const bool may_be_one = !word.empty() && (word.back() == ':' || word.size() == line.size() ||
                                            at(line, word.size() + 1) == '[');
  if (!may_be_one || !is_letter(word.front())) return false;
  const std::string_view code = line.substr(length, code_length(from(line, length)));
  // "My [Error]: x" is an instance of a class of the user's.
  const bool is_named = names_an_exception(name) || (code == " [Error]" && is_capital(at(name, 0)));
  if (length < 5 && code.empty()) return false;
  if (!is_named) return false;
  const std::size_t dot = name.rfind('.');
  if (!is_capital(at(name, dot == std::string_view::npos ? 0 : dot + 1))) return false;
  const std::string_view behind = from(line, length + code.size());
  if (behind.empty()) return dot != std::string_view::npos;
  if (behind.front() != ':') return false;
  return behind.size() == 1 || (behind[1] == ' ' && !is_plain_value(from(behind, 1)));
}

}  // namespace trace::detail::levels
