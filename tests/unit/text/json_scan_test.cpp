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

}  // namespace
