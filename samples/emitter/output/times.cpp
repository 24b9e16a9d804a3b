// SPDX-License-Identifier: Apache-2.0
#include "emitter/output/times.hpp"

#include <fmt/format.h>
#include <trace/duration.hpp>

#include <array>
#include <charconv>
#include <ctime>

namespace trace::cli::output {
namespace {

using namespace std::chrono;

// The decimal number in text[at, at + digits), which must be digits only.
std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t digits) {
  if (text.size() < at + digits) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(at, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

// YYYY-MM-DD at the beginning of the text.
std::optional<year_month_day> date_of(std::string_view text) {
  const auto y = number_at(text, 0, 4);
  const auto m = number_at(text, 5, 2);
  const auto d = number_at(text, 8, 2);
  if (!y || !m || !d || text[4] != '-' || text[7] != '-') return std::nullopt;
  const year_month_day date(year(*y), month(static_cast<unsigned>(*m)),
                            day(static_cast<unsigned>(*d)));
  return date.ok() ? std::optional(date) : std::nullopt;
}

// HH:MM[:SS[.fraction]]
std::optional<microseconds> time_of(std::string_view text) {
  const auto hour = number_at(text, 0, 2);
  const auto minute = number_at(text, 3, 2);
  if (!hour || !minute || text[2] != ':' || *hour > 23 || *minute > 59) return std::nullopt;
  microseconds time = hours(*hour) + minutes(*minute);
  if (text.size() == 5) return time;
  const auto second = number_at(text, 6, 2);
  if (!second || text[5] != ':' || *second > 59) return std::nullopt;
  time += seconds(*second);
  if (text.size() == 8) return time;
  if (text[8] != '.' || text.size() == 9) return std::nullopt;
  microseconds unit(100'000);
  for (const char c : text.substr(9)) {
    if (c < '0' || c > '9') return std::nullopt;
    time += unit * (c - '0');
    unit /= 10;
  }
  return time;
}

std::tm broken_down(WallTime time, Zone zone) {
  const std::time_t second = system_clock::to_time_t(floor<seconds>(time));
  std::tm parts{};
  if (zone == Zone::utc) {
    gmtime_r(&second, &parts);
  } else {
    localtime_r(&second, &parts);
  }
  return parts;
}

std::string formatted(const std::tm& parts, const char* format) {
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

// A date and a time in the local zone; the C library resolves summer time.
WallTime local_time(const year_month_day& date, microseconds time) {
  std::tm parts{};
  parts.tm_year = static_cast<int>(date.year()) - 1900;
  parts.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  parts.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  parts.tm_sec = static_cast<int>(floor<seconds>(time).count());
  parts.tm_isdst = -1;
  return time_point_cast<microseconds>(system_clock::from_time_t(std::mktime(&parts))) +
         time % seconds(1);
}

}  // namespace

std::optional<WallTime> time_from_text(std::string_view text) {
  if (!text.ends_with('Z') || text.size() < 17 || text[10] != 'T') return std::nullopt;
  text.remove_suffix(1);
  const auto date = date_of(text);
  const auto time = time_of(text.substr(11));
  if (!date || !time) return std::nullopt;
  return WallTime(sys_days(*date)) + *time;
}

std::string date_text(WallTime time, Zone zone) {
  return formatted(broken_down(time, zone), "%Y-%m-%d");
}

std::string time_of_day_text(WallTime time, Zone zone) {
  const auto fraction = floor<milliseconds>(time) - floor<seconds>(time);
  return formatted(broken_down(time, zone), "%H:%M:%S") + fmt::format(".{:03}", fraction.count());
}

std::string zone_name(WallTime time, Zone zone) {
  return zone == Zone::utc ? "UTC" : formatted(broken_down(time, zone), "%Z");
}

std::string duration_text(milliseconds duration) {
  const auto ms = duration.count() < 0 ? 0 : duration.count();
  const auto whole = ms / 1000;
  if (ms < 1000) return fmt::format("{}ms", ms);
  if (whole < 60) return fmt::format("{}.{}s", whole, ms % 1000 / 100);
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  if (whole < 86'400) return fmt::format("{}h{:02}m", whole / 3600, whole % 3600 / 60);
  return fmt::format("{}d{:02}h", whole / 86'400, whole % 86'400 / 3600);
}

std::string age_text(milliseconds age) {
  const auto whole = age.count() < 0 ? 0 : age.count() / 1000;
  if (whole < 120) return fmt::format("{}s", whole);
  if (whole < 7200) return fmt::format("{}m", whole / 60);
  if (whole < 172'800) return fmt::format("{}h", whole / 3600);
  return fmt::format("{}d", whole / 86'400);
}

std::optional<WallTime> since_from_text(std::string_view text, WallTime now, Zone zone) {
  if (const auto stamp = time_from_text(text)) return stamp;
  if (const auto before = parse_duration(text)) return now - *before;
  const auto date = date_of(text);
  if (!date || (text.size() > 10 && text[10] != ' ')) return std::nullopt;
  const auto time = text.size() > 10 ? time_of(text.substr(11)) : microseconds(0);
  if (!time) return std::nullopt;
  return zone == Zone::utc ? WallTime(sys_days(*date)) + *time : local_time(*date, *time);
}

}  // namespace trace::cli::output
