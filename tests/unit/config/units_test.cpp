#include "config/units.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using trace::detail::config::bytes_from_text;
using trace::detail::config::bytes_text;
using trace::detail::config::count_from_text;
using trace::detail::config::duration_from_text;
using trace::detail::config::duration_text;

TEST_CASE("durations have a unit") {
  CHECK(duration_from_text("250ms") == 250ms);
  CHECK(duration_from_text("5s") == 5s);
  CHECK(duration_from_text("2m") == 2min);
  CHECK(duration_from_text("1h") == 1h);
  CHECK(duration_from_text("0ms") == 0ms);
  for (const char* text : {"", "5", "s", "-5s", "+5s", "5 s", " 5s", "5s ", "1.5s", "5S", "5sec",
                           "9223372036854775807s", "99999999999999999999ms"}) {
    CAPTURE(text);
    CHECK_FALSE(duration_from_text(text));
  }
}

TEST_CASE("sizes have a binary unit or none") {
  CHECK(bytes_from_text("1048576") == 1048576U);
  CHECK(bytes_from_text("64KiB") == 65536U);
  CHECK(bytes_from_text("64MiB") == 67108864U);
  CHECK(bytes_from_text("2GiB") == 2147483648U);
  CHECK(bytes_from_text("1TiB") == 1099511627776U);
  for (const char* text : {"", "MiB", "-1", "0x10", "1.5GiB", "64 MiB", "64MB", "64mib", "64M",
                           "9223372036854775807KiB", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(bytes_from_text(text));
  }
}

TEST_CASE("counts are plain numbers") {
  CHECK(count_from_text("2000") == 2000U);
  for (const char* text : {"", "-1", "2k", "2 000", "2,000", "1e3"}) {
    CAPTURE(text);
    CHECK_FALSE(count_from_text(text));
  }
}

TEST_CASE("the text of a value is the shortest that reads back") {
  CHECK(duration_text(0ms) == "0ms");
  CHECK(duration_text(1500ms) == "1500ms");
  CHECK(duration_text(5s) == "5s");
  CHECK(duration_text(120s) == "2m");
  CHECK(duration_text(90min) == "90m");
  CHECK(duration_text(-5s) == "-5000ms");
  CHECK(bytes_text(0) == "0");
  CHECK(bytes_text(1000) == "1000");
  CHECK(bytes_text(1536) == "1536");
  CHECK(bytes_text(std::uint64_t{2} << 30) == "2GiB");
  for (const std::uint64_t bytes : {1ULL, 1023ULL, 1024ULL, 1025ULL, 3ULL << 20, 5ULL << 40}) {
    CHECK(bytes_from_text(bytes_text(bytes)) == bytes);
  }
}
