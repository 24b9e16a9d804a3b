// SPDX-License-Identifier: Apache-2.0
#include "levels/line_forms.hpp"

namespace trace::detail::levels {
namespace {

std::size_t digits_of(std::string_view text) noexcept { return length_of(text, is_digit); }

// 2024-01-02, 2024/1/2, 24/01/02, 01-02 (Android's), 02.01.2024, 02-Jan-2024, 02/Jan/2024, 02 Jan
// 2024
std::size_t date_length(std::string_view text) noexcept {
  const std::size_t first = digits_of(text);
  if (first != 1 && first != 2 && first != 4) return 0;
  const char separator = at(text, first);
  if (separator != '-' && separator != '/' && separator != '.' && separator != ' ') return 0;
  const std::string_view second = from(text, first + 1);
  const std::size_t month = digits_of(second);
  const bool is_name = is_capital(at(second, 0)) && is_small(at(second, 1)) &&
                       is_small(at(second, 2)) && at(second, 3) == separator;
  if (!is_name && (month == 0 || month > 2 || separator == ' ')) return 0;
  const std::size_t second_length = is_name ? 3 : month;
  const std::size_t until_month = first + 1 + second_length;
  const std::size_t third = digits_of(from(text, until_month + 1));
  const bool has_third = at(text, until_month) == separator &&
                         (third == 4 || (third >= 1 && third <= 2 && separator != '.'));
  if (has_third) return until_month + 1 + third;
  // Without a year, followed by a time.
  const bool is_short = first == 2 && month == 2 && separator == '-' &&
                        at(text, until_month) == ' ' && is_digit(at(text, until_month + 1));
  return is_short ? until_month : 0;
}

// 03:04, 03:04:05.678, 03:04:05,678, 3:04PM
std::size_t time_length(std::string_view text) noexcept {
  const std::size_t hour = digits_of(text);
  if (hour == 0 || hour > 2 || at(text, hour) != ':') return 0;
  if (digits_of(from(text, hour + 1)) != 2) return 0;
  std::size_t length = hour + 3;
  if (at(text, length) == ':' && digits_of(from(text, length + 1)) == 2) {
    length += 3;
    const char point = at(text, length);
    if ((point == '.' || point == ',') && is_digit(at(text, length + 1))) {
      length += 1 + digits_of(from(text, length + 1));
    }
  }
  const std::size_t half = at(text, length) == ' ' ? length + 1 : length;
  const char letter = at(text, half);
  if ((letter == 'A' || letter == 'P') && at(text, half + 1) == 'M' &&
      !is_letter(at(text, half + 2))) {
    return half + 2;
  }
  return length;
}

// Z, +0000, +00:00, -05, and the same after a space.
std::size_t zone_length(std::string_view text) noexcept {
  if (at(text, 0) == 'Z' && !is_letter(at(text, 1))) return 1;
  const std::size_t space = at(text, 0) == ' ' ? 1 : 0;
  const char sign = at(text, space);
  if (sign != '+' && sign != '-') return 0;
  const std::size_t digits = digits_of(from(text, space + 1));
  if (digits != 2 && digits != 4) return 0;
  const std::size_t length = space + 1 + digits;
  const bool has_colon =
      digits == 2 && at(text, length) == ':' && digits_of(from(text, length + 1)) == 2;
  return has_colon ? length + 3 : length;
}

bool ends_a_time(char c) noexcept { return !is_letter(c) && !is_digit(c) && c != '/' && c != '.'; }

constexpr std::size_t longest_bracket = 96;
constexpr int most_parts = 6;

// Length of the bracket at the front with its contents; 0 if it does not end soon.
std::size_t bracket_length(std::string_view text) noexcept {
  constexpr std::string_view openings = "[({<";
  const std::size_t kind = openings.find(at(text, 0));
  if (kind == std::string_view::npos) return 0;
  const std::size_t end = text.substr(0, longest_bracket).find("])}>"[kind]);
  return end == std::string_view::npos ? 0 : end + 1;
}

std::string_view content(std::string_view bracket) noexcept {
  return bracket.substr(1, bracket.size() - 2);
}

// "[warning]", "[WARN ]", "[ ERROR ]"
std::optional<Level> level_of_bracket(std::string_view bracket) noexcept {
  return level_of_word(without_blanks_around(content(bracket)));
}

// Apache's "[core:error]" after its time, which begins with a weekday.
std::optional<Level> level_of_module(std::string_view text) noexcept {
  text = without_blanks_before(text);
  const std::size_t length = bracket_length(text);
  if (length == 0) return std::nullopt;
  const std::string_view name = content(text.substr(0, length));
  return level_of_word(from(name, name.rfind(':') + 1));
}

// True for the contents of brackets with a time of day or a date:
// "Wed Oct 11 14:32:52.123456 2023", "1234:5678:0102/030405.678901:ERROR:gpu_init.cc(523)".
bool has_time(std::string_view text) noexcept {
  // A time, the name of a weekday, or the seconds since a machine's start.
  const bool may_be_one = is_digit(at(text, 0)) || (is_capital(at(text, 0)) && at(text, 3) == ' ');
  if (!may_be_one) return false;
  if (leading_time(text) > 0) return true;
  for (std::size_t place = 2; place + 2 < text.size(); ++place) {
    if ((text[place] == ':' || text[place] == '.') && is_digit(text[place - 1]) &&
        is_digit(text[place - 2]) && is_digit(text[place + 1]) && is_digit(text[place + 2])) {
      return true;
    }
  }
  return false;
}

// A word in capitals somewhere in a bracket that begins with a time: env_logger, celery, Chromium.
std::optional<Level> level_beside_time(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t letters = length_of(text, is_letter);
    const std::string_view word = text.substr(0, letters);
    const char behind = at(text, letters);
    if (is_in_capitals(word) && (behind == ' ' || behind == ':' || behind == '/' || behind == 0)) {
      if (const auto level = level_of_word(word)) return level;
    }
    text.remove_prefix(letters);
    if (!text.empty()) text.remove_prefix(1);
  }
  return std::nullopt;
}

// A separator of a head's parts. A tab, a bar or a dash shows that a part is not a word of prose.
struct Gap {
  std::size_t length = 0;
  bool is_strong = false;
  bool has_colon = false;
};

Gap gap_before(std::string_view text) noexcept {
  Gap gap;
  for (; gap.length < text.size(); ++gap.length) {
    const char c = text[gap.length];
    if (c == '\t' || c == '|' || (c == '-' && is_blank(at(text, gap.length + 1)))) {
      gap.is_strong = true;
    } else if (c == ':') {
      gap.has_colon = true;
    } else if (c != ' ' && c != '-' && c != ',') {
      break;
    }
  }
  return gap;
}

bool is_part_of_name(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '/' || c == '-' || c == '$' ||
         c == '@' || c == '*' || c == '#';
}

bool may_follow_level(char c) noexcept {
  return is_blank(c) || c == ':' || c == '|' || c == '[' || c == '\0' || c == ']' || c == ',';
}

bool is_zone(std::string_view word) noexcept {
  return (word.size() == 3 || word.size() == 4) && is_in_capitals(word) &&
         (word.back() == 'T' || word == "UTC");
}

// The parts of a head, one after the other.
class Head {
 public:
  explicit Head(std::string_view text) noexcept : rest_(text) {}

  std::optional<Level> level() noexcept {
    for (int part = 0; part < most_parts && goes_on_; ++part) {
      gap_ = gap_before(rest_);
      rest_.remove_prefix(gap_.length);
      if (const auto level = take_part(part == 0)) return level;
    }
    return std::nullopt;
  }

 private:
  std::optional<Level> take_part(bool is_first) noexcept {
    if (const std::size_t bracket = bracket_length(rest_)) return take_bracket(bracket);
    const std::size_t name = length_of(rest_.substr(0, longest_bracket), is_part_of_name);
    if (name == 0) {
      if (at(rest_, 0) == '+') return take_number();
      goes_on_ = false;
      return std::nullopt;
    }
    if (is_digit(rest_.front()) && !is_letter(at(rest_, name - 1))) return take_number();
    return take_word(name, is_first);
  }

  // Up to two brackets may precede the one with the level: name and thread. A third and fourth are
  // a scanner's result, "[time] [template] [protocol] [severity]".
  std::optional<Level> take_bracket(std::size_t length) noexcept {
    const std::string_view bracket = rest_.substr(0, length);
    rest_.remove_prefix(length);
    if (++brackets_ <= 2) {
      if (const auto level = level_of_bracket(bracket)) return level;
    }
    return std::nullopt;
  }

  std::optional<Level> take_number() noexcept {
    rest_.remove_prefix(length_of(rest_, [](char c) {
      return is_digit(c) || c == '+' || c == ':' || c == '.' || c == '-' || c == '#' || c == '*';
    }));
    ++numbers_;
    goes_on_ = rest_.empty() || !is_letter(rest_.front());
    return std::nullopt;
  }

  std::optional<Level> take_word(std::size_t length, bool is_first) noexcept {
    const std::string_view word = rest_.substr(0, length);
    const std::string_view behind = from(rest_, length);
    const Gap next = gap_before(behind);
    if (const auto level = level_named(word, behind, next, is_first)) return level;
    if (at(behind, 0) == ':') {
      if (const auto level = level_of(word, by_postgres)) return level;
    }
    const bool is_name = word.find_first_of("._/-$@") != std::string_view::npos;
    goes_on_ = next.is_strong || is_name || (is_first && is_zone(word)) || at(behind, 0) == '[';
    rest_ = behind;
    return std::nullopt;
  }

  std::optional<Level> level_named(std::string_view word, std::string_view behind, const Gap& next,
                                   bool is_first) const noexcept {
    if (!may_follow_level(at(behind, 0))) return std::nullopt;
    if (word.size() == 1) return level_of_single(word.front(), behind);
    const std::size_t letters = length_of(word, is_letter);
    const bool has_verbosity = at(word, letters) == '-' && letters + 2 == word.size();  // "info-0"
    if (letters != word.size() && !(has_verbosity && gap_.is_strong)) return std::nullopt;
    const std::optional<Level> level = level_of_word(word.substr(0, letters));
    if (!level || (word == "TRACE" && behind.starts_with(" /"))) return std::nullopt;
    const bool between_strong = gap_.is_strong && next.is_strong;
    const bool is_mark = is_first && at(behind, 0) == ':' && is_blank(at(behind, 1));
    if (!is_in_capitals(word) && !between_strong && !is_mark) return std::nullopt;
    if (next.length < behind.size() && is_plain_value(from(behind, next.length))) {
      return between_strong ? level : std::nullopt;
    }
    return level;
  }

  // Android's "1234  5678 E Tag: …" and TensorFlow's ": W tensorflow/…".
  std::optional<Level> level_of_single(char letter, std::string_view behind) const noexcept {
    const bool is_android = numbers_ == 2 && !gap_.is_strong;
    const bool is_tensorflow = numbers_ == 0 && gap_.has_colon && gap_.length == 2;
    const bool is_meant = at(behind, 0) == ' ' && (is_android || is_tensorflow);
    return is_meant ? level_of_letter(letter) : std::nullopt;
  }

  std::string_view rest_;
  Gap gap_;
  int brackets_ = 0;
  int numbers_ = 0;
  bool goes_on_ = true;
};

// "[I 03:04:05.678 NotebookApp]" (Tornado), "[WARN  tini (8)]", "[DEPRECATION WARNING]" (Ansible).
std::optional<Level> level_at_front_of_bracket(std::string_view text) noexcept {
  if (at(text, 1) == ' ' && is_digit(at(text, 2))) {
    return level_of_letter(text.front());
  }
  if (const auto level = level_of(text, in_brackets)) return level;
  const std::string_view word = text.substr(0, length_of(text, is_letter));
  const bool has_more = word.size() < text.size() && is_blank(text[word.size()]);
  return has_more && is_in_capitals(word) ? level_of_word(word) : std::nullopt;
}

// After a bracket with a name: "[name] [warning] …", "[main] INFO …". A finding's severity is
// third, and uses some of the words: they do not count here.
std::optional<Level> level_behind_name(std::string_view text) noexcept {
  const std::string_view next = without_blanks_before(text);
  if (at(next, 0) == '[') {
    const std::size_t length = bracket_length(next);
    if (length == 0) return std::nullopt;
    const std::string_view word = without_blanks_around(content(next.substr(0, length)));
    const LevelName* const name = level_name(word, as_word);
    if (name == nullptr) return std::nullopt;
    const bool may_be_finding = (name->places & as_finding) != 0 && is_small(word.front());
    return may_be_finding ? std::nullopt : std::optional(name->level);
  }
  const std::string_view word = next.substr(0, length_of(next.substr(0, 14), is_letter));
  if (next.size() == text.size() || !is_in_capitals(word)) return std::nullopt;
  const std::string_view behind = from(next, word.size());
  if (!is_blank(at(behind, 0)) || is_plain_value(behind)) return std::nullopt;
  const LevelName* const name = level_name(word, as_word);
  return name == nullptr || (name->places & as_finding) != 0 ? std::nullopt
                                                             : std::optional(name->level);
}

}  // namespace

std::size_t leading_time(std::string_view text) noexcept {
  const char separator = at(text, digits_of(text.substr(0, 5)));
  const bool may_be_one = separator == ':' || separator == '-' || separator == '/' ||
                          separator == '.' || separator == ' ';
  if (!may_be_one) return 0;
  const std::size_t date = date_length(text);
  std::size_t clock = date;
  if (date > 0) {
    const char between = at(text, date);
    if (between == 'T' || between == ' ' || between == ':' || between == '_') ++clock;
    if (between == ' ' && at(text, clock) == ' ') ++clock;
  }
  const std::size_t time = time_length(from(text, clock));
  if (time == 0) return date > 0 && ends_a_time(at(text, date)) ? date : 0;
  const std::size_t length = clock + time;
  const std::size_t zoned = length + zone_length(from(text, length));
  return ends_a_time(at(text, zoned)) ? zoned : 0;
}

std::optional<Level> level_behind_time(std::string_view text) noexcept {
  return Head(text).level();
}

std::optional<Level> level_in_brackets(std::string_view line) noexcept {
  const std::size_t length = bracket_length(line);
  if (length < 3) return std::nullopt;
  const std::string_view text = without_blanks_around(content(line.substr(0, length)));
  const std::string_view rest = from(line, length);
  if (text.size() == 1) return is_blank(at(rest, 0)) ? level_of(text, as_sign) : std::nullopt;
  // "[debug]" alone is a section of a configuration.
  const bool may_be_section = rest.empty() && !is_in_capitals(text);
  if (const auto level = level_of_word(text)) return may_be_section ? std::nullopt : level;
  if (const auto level = level_at_front_of_bracket(text)) return level;
  if (!has_time(text)) return level_behind_name(rest);
  if (is_capital(text.front())) return level_of_module(rest);
  if (const auto level = level_beside_time(text)) return level;
  return level_behind_time(rest);
}

std::string_view behind_brackets(std::string_view text) noexcept {
  text = without_blanks_before(text);
  for (int bracket = 0; bracket < 3; ++bracket) {
    const std::size_t length = bracket_length(text);
    if (length == 0) break;
    text = without_blanks_before(from(text, length));
  }
  return text;
}

bool begins_with_timed_bracket(std::string_view line) noexcept {
  const std::size_t length = bracket_length(line);
  return length > 2 && has_time(without_blanks_around(content(line.substr(0, length))));
}

std::optional<Level> level_of_state(std::string_view line) noexcept {
  if (!line.ends_with(" ]")) return std::nullopt;
  const std::size_t open = line.rfind("[ ");
  if (open == std::string_view::npos || line.size() - open > 24) return std::nullopt;
  const std::string_view state = without_blanks_around(content(from(line, open)));
  return level_of(state, is_in_capitals(state) ? as_state | as_word : as_state);
}

}  // namespace trace::detail::levels
