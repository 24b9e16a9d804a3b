// SPDX-License-Identifier: Apache-2.0
#include "text/json_scan.hpp"

#include <doctest/doctest.h>

namespace {

using namespace trace::detail::text;

TEST_CASE("strings of JSON are read as a parser reads them") {
  CHECK(value_of_json_string(R"("")").empty());
  CHECK(value_of_json_string(R"("a\"b\\c\/d\n\r\t\b\f")") == "a\"b\\c/d\n\r\t\b\f");
  CHECK(value_of_json_string(R"("\u0041\u00e9\u20AC\ud83d\udd11")") ==
        "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x91");
  CHECK(end_of_json_string(R"("a\"b",1)", 0) == 6);
  CHECK(end_of_json_string(R"("open\)", 0) == 6);
}

TEST_CASE("values of JSON end where the next part begins") {
  constexpr std::string_view values[] = {R"("a,\"]}")",
                                         "12",
                                         "-1.5e9",
                                         "true",
                                         "null",
                                         "[]",
                                         "{}",
                                         "[1]",
                                         R"([[1,"]"],{"a":"}"}])",
                                         R"({"a":{"b":[]}})"};
  for (const std::string_view value : values) {
    CAPTURE(value);
    for (const std::string_view rest : {"", ",", ",1", "]", "}"}) {
      const std::string json = std::string("[") + std::string(value) + std::string(rest);
      CHECK(end_of_json_value(json, 1) == 1 + value.size());
    }
  }
  CHECK(end_of_json_value(R"(["open)", 1) == 6);
  CHECK(end_of_json_value("[[1,2", 1) == 5);
}

TEST_CASE("a megabyte of digits is read once") {
  const std::string digits(std::size_t{1} << 20, '7');
  CHECK_FALSE(has_imprecise_number(digits));
  CHECK(has_imprecise_number(digits + ".5"));
  CHECK(has_imprecise_number(digits + " 0.1234567890123456789"));
}

TEST_CASE("fractions with more digits than a double are found") {
  for (const std::string_view json :
       {"0.123456789012345678", "[1,123456789.0123456789]", "{\"a\":-0.00123456789012345678}",
        "                      1.23456789012345678e5"}) {
    CAPTURE(json);
    CHECK(has_imprecise_number(json));
  }
  for (const std::string_view json :
       {"", "0.30000000000000004", "0.030000000000000004", "1234567890123456789",
        "0.000000000000000000000000000000000000000000001", "1.5", "1.2345678901234567",
        R"({"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV-0-000000000012"})",
        R"("2025-10-13T12:00:00.123456Z")"}) {
    CAPTURE(json);
    CHECK_FALSE(has_imprecise_number(json));
  }
}

}  // namespace
