// SPDX-License-Identifier: Apache-2.0
// JsonValidator against a parser that is known to be right.
#include <doctest/doctest.h>
#include <simdjson.h>

#include <functional>
#include <random>
#include <string>
#include <string_view>

#include "text/json_validator.hpp"

using trace::detail::text::JsonValidator;

namespace {

// Gives the text in pieces of this size.
std::function<std::string_view()> in_pieces(std::string_view text, std::size_t size) {
  return [text, size]() mutable {
    const std::string_view piece = text.substr(0, size);
    text.remove_prefix(piece.size());
    return piece;
  };
}

bool accepts(std::string_view text, std::size_t size) {
  return JsonValidator(in_pieces(text, size)).is_valid();
}

bool is_json(const std::string& text) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  return parser.parse(text).get(document) == simdjson::SUCCESS;
}

constexpr const char* texts[] = {
    "{}",
    "[]",
    " [ ] ",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "12",
    "-1.5e+1",
    "1E1",
    "0.25",
    "\"\"",
    "\"a\\u00e4\\n\\\\\"",
    R"({"a":1,"b":[1,2,{"c":null}],"d":"x"})",
    "[[[[]]]]",
    "[1, 2 ,3 ]\n",
    R"({"a" : {"b" : "c"}})",
    "",
    " ",
    "{",
    "[",
    "]",
    "{]",
    "[}",
    "[1,]",
    "{,}",
    R"({"a":1,})",
    R"({"a"})",
    R"({a:1})",
    R"({"a":1 "b":2})",
    "01",
    "1.",
    ".5",
    "1e",
    "1e+",
    "-",
    "+1",
    "nul",
    "nulll",
    "True",
    "\"",
    "\"\\x\"",
    "\"\\u12g4\"",
    "\"a\nb\"",
    "1 2",
    "[1 2]",
    "{}{}",
    "[1]]",
    "--1",
    "1-",
    "'a'",
    "[\"a\":1]",
    "{1:2}",
    "\"\\",
    "[1,,2]",
    "// no",
    "NaN",
};

}  // namespace

TEST_CASE("JSON is recognised as by a parser, however it arrives") {
  for (const char* text : texts) {
    for (const std::size_t piece : {1U, 2U, 3U, 100U}) {
      CHECK_MESSAGE(accepts(text, piece) == is_json(text), text);
    }
  }
}

TEST_CASE("texts that are nearly JSON are judged as by a parser") {
  std::mt19937 random(20251013);
  // Exponents stay small: the parser refuses numbers that a double cannot hold.
  const std::string letters = "{}[]\",:01.eE+-tfnul\\ \nab";
  std::size_t valid = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = texts[random() % std::size(texts)];
    for (auto changes = random() % 3; changes > 0; --changes) {
      const std::size_t at = text.empty() ? 0 : random() % text.size();
      switch (random() % 3) {
        case 0:
          text.insert(at, 1, letters[random() % letters.size()]);
          break;
        case 1:
          if (!text.empty()) text[at] = letters[random() % letters.size()];
          break;
        default:
          if (!text.empty()) text.erase(at, 1);
      }
    }
    const bool expected = is_json(text);
    valid += expected ? 1 : 0;
    REQUIRE_MESSAGE(accepts(text, 1 + random() % 5) == expected, text);
  }
  CHECK(valid > 1'000);
  CHECK(valid < 19'000);
}

TEST_CASE("text that a source has after its end is not read") {
  // A file that grows while it is read.
  const char* const pieces[] = {"12", "", "34"};
  std::size_t next = 0;
  JsonValidator check([&] { return std::string_view(pieces[next++]); });
  CHECK(check.is_valid());
  CHECK(check.ended());
  CHECK(next == 2);
}

TEST_CASE("the place of the first wrong byte is known, and depth is bounded") {
  const auto good_bytes = [](std::string_view text) {
    JsonValidator check(in_pieces(text, 7));
    CHECK_FALSE(check.is_valid());
    return check.good_bytes();
  };
  CHECK(good_bytes("{\"a\":1,}") == 7);
  CHECK(good_bytes("[1, 2]\n\nx") == 8);
  CHECK(good_bytes("\"abcdefgh\\u12x4\"") == 13);
  CHECK(good_bytes("\"abcdefgh\n") == 9);
  CHECK(good_bytes("[trux") == 4);
  CHECK(good_bytes("1.e") == 2);
  CHECK(good_bytes("[1, 2") == 5);
  CHECK(good_bytes(std::string("1\0", 2)) == 1);
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  CHECK(accepts(nested(JsonValidator::most_nested), 64));
  CHECK_FALSE(accepts(nested(JsonValidator::most_nested + 1), 64));
}
