// SPDX-License-Identifier: Apache-2.0
#include "contract/timestamp.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace {

using trace::detail::contract::append_timestamp;
using trace::detail::contract::is_contract_timestamp;

std::string written(std::int64_t nanoseconds) {
  std::string out;
  append_timestamp(out, nanoseconds);
  return out;
}

constexpr std::int64_t second = 1'000'000'000;

}  // namespace

TEST_CASE("time stamps have six digits and a Z") {
  CHECK(written(0) == "1970-01-01T00:00:00.000000Z");
  CHECK(written(1760356800 * second + 123456789) == "2025-10-13T12:00:00.123456Z");
  CHECK(written(1760356800 * second + 999) == "2025-10-13T12:00:00.000000Z");
  CHECK(written(951782399 * second) == "2000-02-28T23:59:59.000000Z");
  CHECK(written(951782400 * second) == "2000-02-29T00:00:00.000000Z");
  CHECK(written(1709251199 * second + 999'999'999) == "2024-02-29T23:59:59.999999Z");
  CHECK(written(4107542400 * second) == "2100-03-01T00:00:00.000000Z");
}

TEST_CASE("times before the epoch count downwards") {
  CHECK(written(-1) == "1969-12-31T23:59:59.999999Z");
  CHECK(written(-second) == "1969-12-31T23:59:59.000000Z");
}

TEST_CASE("the ends of the range are time stamps of the contract") {
  for (const std::int64_t end :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    CAPTURE(written(end));
    CHECK(is_contract_timestamp(written(end)));
  }
}

TEST_CASE("a writer that keeps its last second writes what a fresh one writes") {
  trace::detail::contract::TimestampWriter writer;
  const std::int64_t start = 1767225599 * second;  // the last second of 2025
  for (const std::int64_t at : {start, start + 1000, start + second - 1, start + second,
                                start + 86400 * second, start, start - 1, std::int64_t{0}}) {
    std::string out(trace::detail::contract::TimestampWriter::room, ' ');
    CHECK(writer.write(out.data(), at) ==
          out.data() + trace::detail::contract::TimestampWriter::length);
    out.resize(trace::detail::contract::TimestampWriter::length);
    CHECK(out == written(at));
  }
}

TEST_CASE("accepted time stamps") {
  for (const char* text : {
           "2025-10-13T12:00Z",
           "2025-10-13T12:00:00Z",
           "2025-10-13T12:00:00.1Z",
           "2025-10-13T12:00:00.123Z",
           "2025-10-13T12:00:00.123456Z",
           "2025-10-13T12:00:00.1234567890123Z",
           "2025-12-31T23:59:59.999Z",
           "2024-02-29T00:00:00Z",
           "2000-02-29T00:00:00Z",
           "0001-01-01T00:00:00Z",
           "9999-12-31T23:59:59Z",
       }) {
    CAPTURE(text);
    CHECK(is_contract_timestamp(text));
  }
}

TEST_CASE("refused time stamps") {
  for (const char* text : {
           "",
           "Z",
           "2025-10-13",
           "2025-10-13Z",
           "2025-10-13T12Z",
           "2025-10-13T12:00",
           "2025-10-13T12:00:00",
           "2025-10-13T12:00:00+00:00",
           "2025-10-13T12:00:00-00:00",
           "2025-10-13T12:00:00+02:00",
           "2025-10-13T12:00:00+0000",
           "2025-10-13t12:00:00Z",
           "2025-10-13T12:00:00z",
           "2025-10-13 12:00:00Z",
           "2025-10-13T12:00:60Z",
           "2016-12-31T23:59:60Z",
           "2025-10-13T12:60:00Z",
           "2025-10-13T24:00:00Z",
           "2025-10-13T24:00Z",
           "2025-10-13T12:00:00.Z",
           "2025-10-13T12:00.5Z",
           "2025-10-13T12:00:00.12345678901234Z",
           "2025-10-13T12:00:00,123Z",
           "2025-02-29T00:00:00Z",
           "1900-02-29T00:00:00Z",
           "2025-04-31T00:00:00Z",
           "2025-13-01T00:00:00Z",
           "2025-00-01T00:00:00Z",
           "2025-01-00T00:00:00Z",
           "2025-1-01T00:00:00Z",
           "25-01-01T00:00:00Z",
           "12025-01-01T00:00:00Z",
           "+2025-01-01T00:00:00Z",
           "-025-01-01T00:00:00Z",
           "2025-10-13T12:00:00Z\n",
           "2025-10-13T12:00:00Z ",
           " 2025-10-13T12:00:00Z",
           "2025-10-13T12:00:00ZZ",
           "1760356800000",
       }) {
    CAPTURE(text);
    CHECK_FALSE(is_contract_timestamp(text));
  }
  CHECK_FALSE(is_contract_timestamp(std::string_view("2025-10-13T12:00:00Z\0", 21)));
}
