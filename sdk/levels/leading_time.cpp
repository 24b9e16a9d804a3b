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

}  // namespace trace::detail::levels
