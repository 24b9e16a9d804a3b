// SPDX-License-Identifier: Apache-2.0
// Widths, folding, colours, tables and times of the CLI.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

#include "emitter/output/character.hpp"
#include "emitter/output/screen.hpp"
#include "emitter/output/table.hpp"
#include "emitter/output/times.hpp"

namespace trace::cli {

using namespace output;
using Lines = std::vector<std::string>;

namespace {

// TZ for the time of a test.
class TimeZone {
 public:
  explicit TimeZone(const char* name) {
    if (const char* now = std::getenv("TZ")) before_ = now;
    setenv("TZ", name, 1);
    tzset();
  }
  ~TimeZone() {
    before_ ? setenv("TZ", before_->c_str(), 1) : unsetenv("TZ");
    tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

 private:
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("text takes the columns that a terminal gives it") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("grün ‘x’") == 8);
  CHECK(columns_of("漢字") == 4);
  CHECK(columns_of("🎉") == 2);
  CHECK(columns_of("e\u0301") == 1);  // a combining accent
  CHECK(columns_of("\xff") == 1);
}

TEST_CASE("text is folded at spaces, and within words that are too long") {
  CHECK(folded("", 10) == Lines{""});
  CHECK(folded("one two", 7) == Lines{"one two"});
  CHECK(folded("one two three", 7) == Lines{"one two", "three"});
  CHECK(folded("one two three", 8) == Lines{"one two", "three"});
  CHECK(folded("one   two", 4) == Lines{"one", "two"});
  CHECK(folded("abcdefghij", 4) == Lines{"abcd", "efgh", "ij"});
  CHECK(folded("    deep indentation", 10) == Lines{"    deep", "indentatio", "n"});
  CHECK(folded("漢字漢字", 5) == Lines{"漢字", "漢字"});
  CHECK(folded("漢", 1) == Lines{"漢"});  // wider than the line: at least one character
  for (std::size_t columns = 1; columns < 30; ++columns) {
    for (const std::string& line : folded("a few words, 漢字 and averyveryverylongword", columns)) {
      CAPTURE(columns);
      CHECK((columns_of(line) <= columns || columns == 1));
    }
  }
}

TEST_CASE("tabs become spaces up to the next stop") {
  CHECK(with_expanded_tabs("a\tb\t\tc") == "a       b               c");
  CHECK(with_expanded_tabs("12345678\tx") == "12345678        x");
  CHECK(with_expanded_tabs("plain") == "plain");
}

TEST_CASE("only a terminal is folded and coloured") {
  const ScreenFacts terminal{.is_terminal = true, .window_columns = 120, .term = "xterm"};
  const auto with = [&](auto change) {
    ScreenFacts facts = terminal;
    change(facts);
    return screen_from(facts);
  };
  CHECK(screen_from(terminal).columns == 120);
  CHECK(screen_from(terminal).colours);
  CHECK(with([](ScreenFacts& f) { f.columns = "100"; }).columns == 100);
  CHECK(with([](ScreenFacts& f) { f.columns = ""; }).columns == 120);
  CHECK(with([](ScreenFacts& f) { f.columns = "wide"; }).columns == 120);
  CHECK(with([](ScreenFacts& f) { f.columns = "7"; }).columns == 40);
  CHECK(with([](ScreenFacts& f) { f.window_columns = 0; }).columns == 80);
  CHECK_FALSE(with([](ScreenFacts& f) { f.no_color = "1"; }).colours);
  CHECK(with([](ScreenFacts& f) { f.no_color = ""; }).colours);
  CHECK_FALSE(with([](ScreenFacts& f) { f.term = "dumb"; }).colours);
  const Screen file = with([](ScreenFacts& f) {
    f.is_terminal = false;
    f.columns = "100";
  });
  CHECK(file.columns == 0);
  CHECK_FALSE(file.colours);

  CHECK(screen_from(terminal).painted(colour::red, "x") == "\x1b[31mx\x1b[0m");
  CHECK(screen_from(terminal).painted(colour::none, "x") == "x");
  CHECK(file.painted(colour::red, "x") == "x");
}

TEST_CASE("a table is as wide as its contents, or as the screen") {
  const std::vector<Table::Column> columns{{.title = "NAME", .folds = true},
                                           {.title = "N", .is_number = true},
                                           {.title = "TEXT", .folds = true}};
  const auto table = [&](std::size_t width) {
    Table made(columns, {.columns = width});
    made.add({{"build"}, {"1,204"}, {"short"}});
    made.add({{"漢字"}, {"7"}, {"a text that is longer than\x1b most"}});
    return made.text();
  };
  CHECK(table(0) ==
        "NAME       N  TEXT\n"
        "build  1,204  short\n"
        "漢字       7  a text that is longer than\\x1b most\n");
  CHECK(table(36) ==
        "NAME       N  TEXT\n"
        "build  1,204  short\n"
        "漢字       7  a text that is longer\n"
        "              than\\x1b most\n");
  Table coloured(columns, {.columns = 80, .colours = true});
  coloured.add({{"a", colour::green}, {"1", colour::red}, {""}});
  CHECK(coloured.text() ==
        "NAME  N  TEXT\n"
        "\x1b[32ma\x1b[0m     \x1b[31m1\x1b[0m\n");
}

TEST_CASE("time stamps are shown in a zone") {
  const auto time = time_from_text("2025-10-13T22:34:56.789123Z");
  REQUIRE(time);
  CHECK(date_text(*time, Zone::utc) == "2025-10-13");
  CHECK(time_of_day_text(*time, Zone::utc) == "22:34:56.789");
  CHECK(zone_name(*time, Zone::utc) == "UTC");
  {
    const TimeZone zone("EET-2EEST-3,M3.5.0,M10.5.0");
    CHECK(date_text(*time, Zone::local) == "2025-10-14");
    CHECK(time_of_day_text(*time, Zone::local) == "01:34:56.789");
    CHECK(zone_name(*time, Zone::local) == "EEST");
  }
  CHECK(time_of_day_text(*time_from_text("0001-01-01T00:00Z"), Zone::utc) == "00:00:00.000");
  CHECK(time_of_day_text(*time_from_text("9999-12-31T23:59:59.9999999999999Z"), Zone::utc) ==
        "23:59:59.999");
  CHECK(date_text(*time_from_text("1969-12-31T23:59:59.5Z"), Zone::utc) == "1969-12-31");
  CHECK(time_of_day_text(*time_from_text("1969-12-31T23:59:59.5Z"), Zone::utc) == "23:59:59.500");
  for (const char* text :
       {"", "2025-10-13", "2025-10-13T22:34:56", "2025-02-30T00:00Z", "2025-10-13T24:00Z",
        "2025-10-13T22:60Z", "2025-10-13T22:34:56.Z", "2025-10-13T22:34:60Z",
        "2025-10-13 22:34:56Z", "2025-1x-13T22:34:56Z"}) {
    CAPTURE(text);
    CHECK_FALSE(time_from_text(text));
  }
}

TEST_CASE("durations and ages are read at a glance") {
  using namespace std::chrono_literals;
  CHECK(output::duration_text(0ms) == "0ms");
  CHECK(output::duration_text(-5ms) == "0ms");
  CHECK(output::duration_text(340ms) == "340ms");
  CHECK(output::duration_text(1290ms) == "1.2s");
  CHECK(output::duration_text(59'999ms) == "59.9s");
  CHECK(output::duration_text(185s) == "3m05s");
  CHECK(output::duration_text(7380s) == "2h03m");
  CHECK(output::duration_text(100h) == "4d04h");
  CHECK(age_text(5s) == "5s");
  CHECK(age_text(119s) == "119s");
  CHECK(age_text(5min) == "5m");
  CHECK(age_text(47h) == "47h");
  CHECK(age_text(72h) == "3d");
}

TEST_CASE("--since takes a duration, a date, a date and time, or a time stamp") {
  const WallTime now = *time_from_text("2025-10-13T12:00:00Z");
  const auto since = [&](const char* text, Zone zone) -> std::string {
    const auto time = since_from_text(text, now, zone);
    return time ? date_text(*time, Zone::utc) + " " + time_of_day_text(*time, Zone::utc) : "none";
  };
  const TimeZone zone("EET-2EEST-3,M3.5.0,M10.5.0");
  CHECK(since("90m", Zone::local) == "2025-10-13 10:30:00.000");
  CHECK(since("2025-10-12T01:02Z", Zone::local) == "2025-10-12 01:02:00.000");
  CHECK(since("2025-10-12", Zone::utc) == "2025-10-12 00:00:00.000");
  CHECK(since("2025-10-12", Zone::local) == "2025-10-11 21:00:00.000");
  CHECK(since("2025-10-12 06:07", Zone::utc) == "2025-10-12 06:07:00.000");
  CHECK(since("2025-10-12 06:07:08.25", Zone::local) == "2025-10-12 03:07:08.250");
  CHECK(since("2025-12-12 06:07", Zone::local) == "2025-12-12 04:07:00.000");  // no summer time
  for (const char* text : {"", "yesterday", "5", "2025-10-32", "2025-10-12 25:00", "2025-10-12x"}) {
    CAPTURE(text);
    CHECK(since(text, Zone::utc) == "none");
  }
}

}  // namespace trace::cli
