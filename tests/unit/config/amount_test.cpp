// SPDX-License-Identifier: Apache-2.0
#include "config/amount.hpp"

#include <doctest/doctest.h>

#include <trace/duration.hpp>

using namespace std::chrono_literals;
using trace::duration_text;
using trace::parse_duration;
using trace::detail::config::amount_text;
using trace::detail::config::parse_amount;
using trace::detail::config::Unit;

TEST_CASE("durations have a unit, and may have a fraction") {
  CHECK(*parse_duration("250ms") == 250ms);
  CHECK(*parse_duration("5s") == 5s);
  CHECK(*parse_duration("1.5s") == 1500ms);
  CHECK(*parse_duration("0.25m") == 15s);
  CHECK(*parse_duration("1.000000001h") == 1h);
  CHECK(*parse_duration("1.9ms") == 1ms);
  CHECK(*parse_duration(".5s") == 500ms);
  CHECK(*parse_duration("1.s") == 1s);
  CHECK(*parse_duration("1.9999999999s") == 1999ms);
  CHECK(*parse_duration("0.33333333333333333333333h") == 1199999ms);
  CHECK(*parse_duration("2m") == 2min);
  CHECK(*parse_duration("1h") == 1h);
  CHECK(*parse_duration("0ms") == 0ms);
  CHECK(*parse_duration("87600h") == 87600h);
  for (const char* text : {"",
                           "5",
                           "s",
                           "-5s",
                           "+5s",
                           "5 s",
                           " 5s",
                           "5s ",
                           ".s",
                           ".",
                           "1.-5s",
                           "1.5.5s",
                           "1,5s",
                           "1e3s",
                           "nan",
                           "5S",
                           "5sec",
                           "1d",
                           "87601h",
                           "9223372036854775807s",
                           "99999999999999999999ms"}) {
    CAPTURE(text);
    const auto duration = parse_duration(text);
    REQUIRE_FALSE(duration);
    CHECK(duration.error().text() ==
          '"' + std::string(text) + "\" is not a duration; use 300ms, 5s, 2m");
  }
}

TEST_CASE("sizes have a binary unit or none") {
  const auto size = [](const char* text) { return parse_amount(Unit::bytes, text); };
  CHECK(*size("1048576") == 1048576U);
  CHECK(*size("64KiB") == 65536U);
  CHECK(*size("64MiB") == 67108864U);
  CHECK(*size("2GiB") == 2147483648U);
  CHECK(*size("1TiB") == 1099511627776U);
  for (const char* text : {"", "MiB", "-1", "0x10", "1.5GiB", "64 MiB", "64MB", "64mib", "64M",
                           "9223372036854775807KiB", "99999999999999999999"}) {
    CAPTURE(text);
    REQUIRE_FALSE(size(text));
    CHECK(size(text).error().text() ==
          '"' + std::string(text) + "\" is not a size; use 1048576, 64MiB, 2GiB");
  }
}

TEST_CASE("counts are plain numbers") {
  CHECK(*parse_amount(Unit::count, "2000") == 2000U);
  for (const char* text : {"", "-1", "2k", "2KiB", "2 000", "2,000", "1e3"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_amount(Unit::count, text));
  }
}

TEST_CASE("the text of an amount is the shortest that reads back") {
  CHECK(duration_text(0ms) == "0ms");
  CHECK(duration_text(1500ms) == "1500ms");
  CHECK(duration_text(5s) == "5s");
  CHECK(duration_text(120s) == "2m");
  CHECK(duration_text(90min) == "90m");
  CHECK(duration_text(-5s) == "-5000ms");
  CHECK(amount_text(Unit::bytes, 0) == "0");
  CHECK(amount_text(Unit::bytes, 1000) == "1000");
  CHECK(amount_text(Unit::bytes, 1536) == "1536");
  CHECK(amount_text(Unit::bytes, std::int64_t{2} << 30) == "2GiB");
  CHECK(amount_text(Unit::milliseconds, 60'000) == "1m");
  for (const std::int64_t bytes : {1LL, 1023LL, 1024LL, 1025LL, 3LL << 20, 5LL << 40}) {
    CHECK(*parse_amount(Unit::bytes, amount_text(Unit::bytes, bytes)) ==
          static_cast<std::uint64_t>(bytes));
  }
}
