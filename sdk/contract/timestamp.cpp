// SPDX-License-Identifier: Apache-2.0
#include "contract/timestamp.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "text/ascii.hpp"

namespace trace::detail::contract {
namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;

// The number in two or four digits of a text whose form was checked.
unsigned number(std::string_view digits) noexcept {
  unsigned value = 0;
  for (const char c : digits) value = value * 10 + static_cast<unsigned>(c - '0');
  return value;
}

// Whether a text begins with a form, in which '0' is any digit.
bool has_form(std::string_view text, std::string_view form) noexcept {
  return text.size() >= form.size() &&
         std::equal(form.begin(), form.end(), text.begin(),
                    [](char f, char c) { return f == '0' ? text::is_digit(c) : f == c; });
}

}  // namespace

void append_timestamp(std::string& out, std::int64_t nanoseconds_since_epoch) {
  std::array<char, TimestampWriter::room> text;
  TimestampWriter().write(text.data(), nanoseconds_since_epoch);
  out.append(text.data(), TimestampWriter::length);
}

void TimestampWriter::begin_second(std::int64_t nanoseconds_since_epoch) noexcept {
  const std::chrono::sys_time<std::chrono::nanoseconds> time{
      std::chrono::nanoseconds{nanoseconds_since_epoch}};
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{second - day};
  // Unsigned, because the first second begins before the first representable nanosecond.
  second_ = static_cast<std::uint64_t>(second.time_since_epoch().count()) * nanoseconds_per_second;
  // 64 bits of nanoseconds reach from 1677 to 2262: a year always has four digits.
  char* const text = text_.data();
  text::write_digits(text, 4, static_cast<unsigned>(static_cast<int>(date.year())));
  text::write_digits(text + 5, 2, static_cast<unsigned>(date.month()));
  text::write_digits(text + 8, 2, static_cast<unsigned>(date.day()));
  text::write_digits(text + 11, 2, static_cast<unsigned>(clock.hours().count()));
  text::write_digits(text + 14, 2, static_cast<unsigned>(clock.minutes().count()));
  text::write_digits(text + 17, 2, static_cast<unsigned>(clock.seconds().count()));
}

bool is_contract_timestamp(std::string_view text) noexcept {
  if (!has_form(text, "0000-00-00T00:00")) return false;
  unsigned second = 0;
  std::string_view rest = text.substr(16);
  if (has_form(rest, ":00")) {
    second = number(rest.substr(1, 2));
    rest.remove_prefix(3);
    if (rest.starts_with('.')) {
      const std::size_t digits = text::length_of(rest.substr(1), text::is_digit);
      if (digits < 1 || digits > 13) return false;
      rest.remove_prefix(1 + digits);
    }
  }
  const std::chrono::year_month_day date{
      std::chrono::year{static_cast<int>(number(text.substr(0, 4)))},
      std::chrono::month{number(text.substr(5, 2))}, std::chrono::day{number(text.substr(8, 2))}};
  return rest == "Z" && date.ok() && number(text.substr(11, 2)) < 24 &&
         number(text.substr(14, 2)) < 60 && second < 60;
}

}  // namespace trace::detail::contract
