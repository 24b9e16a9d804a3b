// SPDX-License-Identifier: Apache-2.0
#include "contract/json_repair.hpp"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <cstddef>
#include <iterator>
#include <random>
#include <string>

namespace {

using trace::detail::contract::max_json_depth;
using trace::detail::contract::repaired_json_object;
using trace::detail::contract::repaired_json_value;

std::string value_or_none(std::string_view text) {
  return repaired_json_value(text).value_or("(none)");
}

std::string arrays(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("JSON is minified and otherwise left alone") {
  CHECK(value_or_none(" { \"b\" : [ 1 , true,\tnull ] ,\n\"a\" : \"x  y\" } ") ==
        R"({"b":[1,true,null],"a":"x  y"})");
  CHECK(value_or_none(" 1.50 ") == "1.50");
  CHECK(value_or_none("\"text\"") == "\"text\"");
  CHECK(value_or_none("null") == "null");
  CHECK(value_or_none(R"("\u00e9\/\ud83d\ude80")") == R"("\u00e9\/\ud83d\ude80")");
  CHECK(value_or_none(R"({"a":1,"a":2})") == R"({"a":1,"a":2})");
}

TEST_CASE("only an object is an object") {
  CHECK(repaired_json_object("{}") == "{}");
  CHECK(repaired_json_object(" {\"a\": {}} ") == R"({"a":{}})");
  for (const char* text : {"[]", "1", "\"{}\"", "null", "true", "", "{", "{}{}"}) {
    CAPTURE(text);
    CHECK_FALSE(repaired_json_object(text));
  }
}

TEST_CASE("text that no store keeps is repaired") {
  CHECK(value_or_none(R"("\u0000")") == "\"\u2400\"");
  CHECK(value_or_none(R"("\\u0000")") == R"("\\u0000")");
  CHECK(value_or_none(R"("\\\u0000")") == "\"\\\\\u2400\"");
  CHECK(value_or_none(R"("\ud800")") == "\"\uFFFD\"");
  CHECK(value_or_none(R"("\uDBFFx")") == "\"\uFFFDx\"");
  CHECK(value_or_none(R"("\udc00\ud800")") == "\"\uFFFD\uFFFD\"");
  CHECK(value_or_none(R"("\ud800\ud83d\ude80")") == "\"\uFFFD\\ud83d\\ude80\"");
  CHECK(value_or_none(R"("\ud800\n")") == "\"\uFFFD\\n\"");
  CHECK(value_or_none(R"("\\ud800")") == R"("\\ud800")");
  CHECK(value_or_none("\"\xFF\"") == "\"\uFFFD\"");
  CHECK(value_or_none("{\"k\xC3\":\"\xED\xA0\x80\"}") == "{\"k\uFFFD\":\"\uFFFD\"}");
}

TEST_CASE("numbers of any size are kept") {
  for (const char* text : {"-9223372036854775808", "18446744073709551616", "1e999", "-1E-999",
                           "0.12345678901234567890123456789",
                           "[123456789012345678901234567890,\"123456789012345678901234567890\"]",
                           R"({"a\"":340282366920938463463374607431768211456})"}) {
    CAPTURE(text);
    CHECK(value_or_none(text) == text);
  }
}

TEST_CASE("a long number does not hide text that needs repair") {
  CHECK(value_or_none(R"([1e400,"\ud800"])") == "[1e400,\"\uFFFD\"]");
  CHECK(value_or_none(R"(["\ud800",1e400])") == "[\"\uFFFD\",1e400]");
  CHECK(value_or_none("[1e400,\"\xFF\"]") == "[1e400,\"\uFFFD\"]");
}

TEST_CASE("invalid JSON stays invalid") {
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "[1,]",
                           "{,}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{a:1}",
                           "'a'",
                           "\"a",
                           "\"\n\"",
                           "\"\\x\"",
                           "\"\\u12G4\"",
                           "\"\\u00\"",
                           "\"\\",
                           "01",
                           "1.",
                           ".5",
                           "+1",
                           "--1",
                           "1e",
                           "1e+",
                           "-",
                           "1.5.3",
                           "12345678901234567890123.",
                           "012345678901234567890123",
                           "1e999e9",
                           "12345678901234567890123x",
                           "{12345678901234567890123:1}",
                           "NaN",
                           "Infinity",
                           "nul",
                           "truex",
                           "1 2",
                           "[1]]",
                           "\xFF",
                           "\"a\"\xFF",
                           "/*c*/1",
                           "\xEF\xBB\xBF{}"}) {
    CAPTURE(text);
    CHECK(value_or_none(text) == "(none)");
  }
  CHECK(value_or_none(std::string_view("1\0", 2)) == "(none)");
  CHECK(value_or_none(std::string_view("\"\0\"", 3)) == "(none)");
}

TEST_CASE("nesting is bounded") {
  CHECK(value_or_none(arrays(max_json_depth - 1)) == arrays(max_json_depth - 1));
  CHECK(value_or_none(arrays(max_json_depth + 1)) == "(none)");
  CHECK(value_or_none(arrays(500'000)) == "(none)");
  CHECK(value_or_none(std::string(500'000, '[')) == "(none)");
}

TEST_CASE("a large document does not spoil the next one") {
  const std::string large = "\"" + std::string(std::size_t{9} << 20, 'x') + "\"";
  CHECK(repaired_json_value(large) == large);
  CHECK(value_or_none("[1, 2]") == "[1,2]");
  CHECK(repaired_json_value(large) == large);
}

TEST_CASE("a repaired text is valid, and repairing is idempotent") {
  std::mt19937 random(42);
  const std::string_view pieces[] = {
      "{",       "}",       "[",  "]", "\"a\"", ":",      ",",    "\"\xFF",
      "\\ud800", "\\u0000", "\"", " ", "1",     "-1.5e9", "null", "99999999999999999999",
      "\\",      "\"k\":",  "x",  "\n"};
  int accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    for (unsigned n = random() % 8; n > 0; --n) text += pieces[random() % std::size(pieces)];
    const auto repaired = repaired_json_value(text);
    if (!repaired) continue;
    ++accepted;
    REQUIRE(simdjson::validate_utf8(*repaired));
    REQUIRE(repaired->find("\\u0000") == std::string::npos);
    REQUIRE(repaired_json_value(*repaired) == repaired);
  }
  CHECK(accepted > 1000);
}
