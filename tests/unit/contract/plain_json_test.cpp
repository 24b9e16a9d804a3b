// SPDX-License-Identifier: Apache-2.0
// Plain JSON is written as the repair by a parser would have left it; all else is refused.
#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <string>

#include "contract/json_repair.hpp"
#include "text/json_text.hpp"
#include "text/plain_json.hpp"

namespace {

using namespace trace::detail;

std::optional<std::string> plain(std::string_view json) {
  std::string room(text::quoted_bound(json.size()), '\0');
  const char* end = text::write_plain_json(room.data(), json);
  if (end == nullptr) return std::nullopt;
  room.resize(static_cast<std::size_t>(end - room.data()));
  return room;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

const std::string plain_examples[] = {
    "{}",
    "[]",
    "true",
    "false",
    "null",
    "0",
    "-0",
    "12.50e+7",
    "-1E-2",
    R"("text")",
    R"("")",
    R"({"a":1})",
    " { \"a\" :\t[ 1 , 2.0 ,\r\n { } ] , \"b\" : null } ",
    R"({"longer than a block of sixteen bytes":"and so is this value of the member"})",
    "{\"ü\":\"€ 😀\"}",
    "123456789012345678901234567890",
    "1e400",
    R"({"same":1,"same":2})",
    "\"\x7f\"",
    nested(32)};

const std::string other_examples[] = {"",
                                      " ",
                                      "{",
                                      "}",
                                      "[1,]",
                                      "[,1]",
                                      "{\"a\":}",
                                      "{\"a\"}",
                                      "{a:1}",
                                      "{\"a\":1,}",
                                      "01",
                                      "-",
                                      "1.",
                                      ".5",
                                      "+1",
                                      "1e",
                                      "tru",
                                      "True",
                                      "nul",
                                      "[1 2]",
                                      "1 2",
                                      "{} x",
                                      "\"",
                                      "\"\t\"",
                                      "\"a\nb\"",
                                      "\"\\n\"",
                                      "\"\\u0041\"",
                                      "\"\xff\"",
                                      "\"\xe2\x82\"",
                                      "NaN",
                                      "'a'",
                                      "[\"a\":1]",
                                      "{1:2}",
                                      nested(33),
                                      "\xef\xbb\xbf{}"};

}  // namespace

TEST_CASE("plain JSON is minified as a parser minifies it") {
  for (const std::string& json : plain_examples) {
    CAPTURE(json);
    REQUIRE(plain(json).has_value());
    CHECK(plain(json) == contract::repaired_json_value(json));
  }
}

TEST_CASE("whatever is not plain JSON is left to the parser") {
  for (const std::string& json : other_examples) {
    CAPTURE(json);
    CHECK(!plain(json));
  }
}

TEST_CASE("mutated JSON is either refused or written as the parser leaves it") {
  std::mt19937 random(1);
  const std::string_view bytes = "{}[]\":,0123456789.eE+-truefalsn \t\n\\u\x01\x80\xc3\xbc";
  std::size_t accepted = 0;
  for (int i = 0; i < 40'000; ++i) {
    const std::size_t examples = std::size(plain_examples);
    std::string json = plain_examples[random() % examples];
    for (auto changes = random() % 4; changes > 0 && !json.empty(); --changes) {
      const std::size_t at = random() % json.size();
      const char byte = bytes[random() % bytes.size()];
      switch (random() % 3) {
        case 0:
          json[at] = byte;
          break;
        case 1:
          json.insert(at, 1, byte);
          break;
        default:
          json.erase(at, 1);
      }
    }
    const auto written = plain(json);
    if (!written) continue;
    ++accepted;
    CAPTURE(json);
    REQUIRE(written == contract::repaired_json_value(json));
  }
  CHECK(accepted > 10'000);
}
