// SPDX-License-Identifier: Apache-2.0
#include "contract/timestamp.hpp"

#include <array>
#include <chrono>

namespace trace::detail::contract {
namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;

// Reads decimal digits from the front of a text; any other character makes the result invalid.
class DigitReader {
 public:
  explicit DigitReader(std::string_view text) noexcept : rest_(text) {}

  int number(std::size_t digits) noexcept {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return fail();
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  bool take(char wanted) noexcept {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) noexcept {
    if (!take(wanted)) fail();
  }

  std::size_t skip_digits() noexcept {
    std::size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') ++count;
    rest_.remove_prefix(count);
    return count;
  }

  bool ended_well() const noexcept { return ok_ && rest_.empty(); }

 private:
  int fail() noexcept {
    ok_ = false;
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

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
  DigitReader reader(text);
  const int year = reader.number(4);
  reader.expect('-');
  const int month = reader.number(2);
  reader.expect('-');
  const int day = reader.number(2);
  reader.expect('T');
  const int hour = reader.number(2);
  reader.expect(':');
  const int minute = reader.number(2);
  int second = 0;
  std::size_t fraction_digits = 1;
  if (reader.take(':')) {
    second = reader.number(2);
    if (reader.take('.')) fraction_digits = reader.skip_digits();
  }
  reader.expect('Z');
  if (!reader.ended_well() || fraction_digits < 1 || fraction_digits > 13) return false;

  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  return date.ok() && hour < 24 && minute < 60 && second < 60;
}

}  // namespace trace::detail::contract
