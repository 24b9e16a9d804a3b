// SPDX-License-Identifier: Apache-2.0
#include "contract/data_keys.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace trace::detail::contract;

TEST_CASE("values of reserved keys are moved unless readers expect their type") {
  struct Case {
    std::string_view object;
    std::string_view expected;
  };
  constexpr Case cases[] = {
      {R"({})", R"({})"},
      {R"({"a":1})", R"({"a":1})"},
      {R"({"title":"t","description":"d","requestId":"r","inputType":"i","timeoutAt":"x"})",
       R"({"title":"t","description":"d","requestId":"r","inputType":"i","timeoutAt":"x"})"},
      {R"({"approved":true})", R"({"approved":true})"},
      {R"({"approved":false,"activatedPorts":[]})", R"({"approved":false,"activatedPorts":[]})"},
      {R"({"activatedPorts":["a","b,\"]"]})", R"({"activatedPorts":["a","b,\"]"]})"},
      {R"({"a":1,"title":2,"b":3})", R"({"a":1,"b":3,"fields":{"title":2}})"},
      {R"({"title":null})", R"({"fields":{"title":null}})"},
      {R"({"description":{"x":[1,"}"]},"b":3})",
       R"({"b":3,"fields":{"description":{"x":[1,"}"]}}})"},
      {R"({"approved":"yes","activatedPorts":["a",1]})",
       R"({"fields":{"approved":"yes","activatedPorts":["a",1]}})"},
      {R"({"activatedPorts":"a"})", R"({"fields":{"activatedPorts":"a"}})"},
      {R"({"activatedPorts":[[]]})", R"({"fields":{"activatedPorts":[[]]}})"},
      {R"({"_payload":{"x":1},"_metadata":{"attempt":1},"__proto__":"p","x":2})",
       R"({"x":2,"fields":{"_payload":{"x":1},"_metadata":{"attempt":1},"__proto__":"p"}})"},
      {R"({"t\u0069tle":2})", R"({"fields":{"t\u0069tle":2}})"},
      {R"({"title":2,"fields":{"y":1},"z":3})", R"({"z":3,"fields":{"y":1,"title":2}})"},
      {R"({"title":2,"fields":{}})", R"({"fields":{"title":2}})"},
      {R"({"title":2,"fields":[1]})", R"({"fields":{"fields":[1],"title":2}})"},
      {R"({"fields":[1],"title":"t"})", R"({"fields":[1],"title":"t"})"},
  };
  for (const auto& [object, expected] : cases) {
    CAPTURE(object);
    CHECK(with_reserved_moved(object) == expected);
  }
}

TEST_CASE("the attempt of a payload is an integer from 1 on") {
  CHECK(attempt_in(R"({"a":{"attempt":2}})") == std::nullopt);
  CHECK(attempt_in(R"({"attempt":2})") == 2);
  CHECK(attempt_in(R"({"attempt":1,"attempt":3})") == 3);
  for (const std::string_view object :
       {R"({"attempt":0})", R"({"attempt":-1})", R"({"attempt":1.5})", R"({"attempt":"2"})",
        R"({"attempt":99999999999})", R"({"attempt":null})"}) {
    CAPTURE(object);
    CHECK(attempt_in(object) == std::nullopt);
  }
}

TEST_CASE("metadata stands beside the data and a copy of it") {
  CHECK(with_metadata(R"({"attempt":2,"a":"b"})", 2) ==
        R"({"attempt":2,"a":"b","_payload":{"attempt":2,"a":"b"},"_metadata":{"attempt":2}})");
}
