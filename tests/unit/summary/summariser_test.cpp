// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <simdjson.h>

#include <random>

#include <trace/summary.hpp>

using namespace trace;

namespace {

simdjson::dom::element parsed(simdjson::dom::parser& parser, const std::string& json) {
  simdjson::dom::element element;
  REQUIRE(parser.parse(json).get(element) == simdjson::SUCCESS);
  return element;
}

}  // namespace

TEST_CASE("small output stays as it is") {
  CHECK(summarise(R"({ "hosts": [1, 2] })") == R"({"hosts":[1,2]})");
  CHECK(summarise("[1,2]") == R"({"value":[1,2]})");
  CHECK(summarise("done\n") == R"({"value":"done\n"})");
  CHECK(summarise("") == "{}");
  CHECK(summarise("\xFF") == "{\"value\":\"\xEF\xBF\xBD\"}");
}

TEST_CASE("large output is described by size, hash, head and tail") {
  std::string output;
  for (int i = 0; i < 100'000; ++i) output += "line " + std::to_string(i) + "\n";
  const std::string summary = summarise(output);
  CHECK(summary.size() <= 16 * 1024);
  simdjson::dom::parser parser;
  const auto root = parsed(parser, summary);
  CHECK(std::uint64_t(root["bytes"]) == output.size());
  CHECK(std::string_view(root["sha256"]) ==
        "64e7e9a948dc51933023f96589871e5eee1cece3b1537066a4cd02a5e7b51777");
  CHECK(output.starts_with(std::string_view(root["head"])));
  CHECK(output.ends_with(std::string_view(root["tail"])));
  CHECK(std::string_view(root["head"]).size() > 6000);
  CHECK(std::string_view(root["tail"]).size() > 6000);
}

TEST_CASE("the summary is never larger than allowed, whatever must be escaped") {
  simdjson::dom::parser parser;
  for (const std::string& unit : {std::string("\x01"), std::string("\xFF"), std::string("\""),
                                  std::string("\xE2\x82\xAC"), std::string("x")}) {
    for (const std::size_t count : {100U, 600U, 3000U, 100'000U}) {
      std::string output;
      for (std::size_t i = 0; i < count; ++i) output += unit;
      for (const std::size_t limit : {512U, 1000U, 16'384U}) {
        const std::string summary = summarise(output, {limit});
        CHECK(summary.size() <= limit);
        parsed(parser, summary);
      }
    }
  }
}

TEST_CASE("characters are not cut, and binary output keeps its head and tail") {
  simdjson::dom::parser parser;
  std::string euros;
  for (int i = 0; i < 1000; ++i) euros += "\xE2\x82\xAC";
  const auto text = parsed(parser, summarise(euros, {512}));
  CHECK(euros.starts_with(std::string_view(text["head"])));
  CHECK(euros.ends_with(std::string_view(text["tail"])));
  const auto binary = parsed(parser, summarise(std::string(5000, '\x80'), {512}));
  CHECK(std::string_view(binary["head"]).size() > 100);
  CHECK(std::string_view(binary["tail"]).size() > 100);
}

TEST_CASE("pieces make no difference") {
  std::mt19937 random(3);
  for (const std::size_t size : {10U, 511U, 512U, 513U, 1000U, 5000U, 100'000U}) {
    std::string output;
    while (output.size() < size) output += static_cast<char>('a' + random() % 26);
    Summariser summariser({512});
    for (std::size_t at = 0; at < output.size();) {
      const std::size_t length = 1 + random() % 700;
      summariser.update(std::string_view(output).substr(at, length));
      at += length;
    }
    CHECK(summariser.finish() == summarise(output, {512}));
  }
}
