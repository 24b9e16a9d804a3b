// SPDX-License-Identifier: Apache-2.0
#include "text/json_text.hpp"
#include "text/utf8.hpp"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>

namespace {

using trace::detail::text::append_number;
using trace::detail::text::in_quotes;

template <class T>
std::string number(T value) {
  std::string out;
  append_number(out, value);
  return out;
}

// Our string as another parser reads it.
std::string read_back(const std::string& json) {
  simdjson::dom::parser parser;
  std::string_view text;
  const auto failed = parser.parse(json).get(text);
  REQUIRE_MESSAGE(!failed, json);
  return std::string(text);
}

// append_quoted(), implemented naively.
std::string as_the_contract_wants(std::string_view text) {
  std::string valid;
  trace::detail::text::append_valid_utf8(valid, text);
  std::string out;
  for (const char c : valid) {
    if (c == '\0') {
      out += trace::detail::text::symbol_for_null;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("plain text is quoted as it is") {
  CHECK(in_quotes("") == "\"\"");
  CHECK(in_quotes("hello, world / 100 % \x7F") == "\"hello, world / 100 % \x7F\"");
  CHECK(in_quotes("größe 漢字 🚀") == "\"größe 漢字 🚀\"");
}

TEST_CASE("escapes are the shortest that JSON has") {
  CHECK(in_quotes("\"\\\b\f\n\r\t") == R"("\"\\\b\f\n\r\t")");
  CHECK(in_quotes("\x01\x1B\x1F") == R"("\u0001\u001b\u001f")");
  CHECK(in_quotes(std::string_view("a\0b", 3)) == "\"a\u2400b\"");
}

TEST_CASE("a character that needs care is found at every place of a block") {
  for (const std::string_view special : {"\"", "\\", "\n", "\x80", "\xC3\xA9", "\x1F"}) {
    for (std::size_t before = 0; before < 40; ++before) {
      for (const std::size_t after : {0U, 1U, 15U, 16U, 17U}) {
        const std::string text =
            std::string(before, 'a') + std::string(special) + std::string(after, 'z');
        CHECK(read_back(in_quotes(text)) == as_the_contract_wants(text));
      }
    }
  }
}

TEST_CASE("long text is escaped the same at every place of its wide blocks") {
  const auto by_pieces = [](std::string_view text) {
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size(); at += 8) {
      const std::string piece = in_quotes(text.substr(at, 8));
      out.append(piece, 1, piece.size() - 2);
    }
    return out + "\"";
  };
  std::string plain;
  while (plain.size() < 600) plain += static_cast<char>('!' + 2 * (plain.size() % 29) % 57 + 1);
  std::erase(plain, '\\');
  for (std::size_t size = 180; size < 400; ++size) {
    REQUIRE(in_quotes(plain.substr(0, size)) == by_pieces(plain.substr(0, size)));
  }
  for (std::size_t at = 0; at < 400; ++at) {
    for (const char special : {'"', '\\', '\n', '\x1f', '\x80', '\xff'}) {
      CAPTURE(at);
      std::string text = plain.substr(0, 400);
      text[at] = special;
      REQUIRE(in_quotes(text) == by_pieces(text));
      text[399 - at] = special;
      REQUIRE(in_quotes(text) == by_pieces(text));
    }
  }
}

TEST_CASE("whatever the bytes are, every reader can read what was written") {
  std::mt19937_64 random(20251013);
  // Bytes that matter are more frequent than chance would have them.
  constexpr std::string_view favourites("\0\"\\\n\xED\xA0\x80\xF0\x9F\x9A\x80\xC3\xA9\xE2\xFF", 16);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 64, '\0');
    for (char& byte : bytes) {
      const std::uint64_t dice = random();
      byte = dice % 2 == 0 ? static_cast<char>(dice >> 8)
                           : favourites[(dice >> 8) % favourites.size()];
    }
    CHECK(read_back(in_quotes(bytes)) == as_the_contract_wants(bytes));
  }
}

TEST_CASE("integers") {
  CHECK(number(0) == "0");
  CHECK(number(-7) == "-7");
  CHECK(number(std::uint8_t{200}) == "200");
  CHECK(number(5LL) == "5");
  CHECK(number(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(number(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("floating-point numbers are as short as they can be") {
  CHECK(number(0.1) == "0.1");
  CHECK(number(0.1F) == "0.1");
  CHECK(number(1.0 / 3) == "0.3333333333333333");
  CHECK(number(1e300) == "1e+300");
  CHECK(number(-2.5e-10) == "-2.5e-10");
  CHECK(number(std::numeric_limits<double>::denorm_min()) == "5e-324");
}

TEST_CASE("every finite double reads back as itself") {
  std::mt19937_64 random(7);
  simdjson::dom::parser parser;
  for (int round = 0; round < 20'000; ++round) {
    const auto bits = random();
    double value = 0;
    static_assert(sizeof value == sizeof bits);
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    double back = 0;
    const std::string text = number(value);
    REQUIRE_MESSAGE(!parser.parse(text).get(back), text);
    CHECK(back == value);
  }
}

TEST_CASE("NaN and infinity leave the JSON around them valid") {
  CHECK(number(std::numeric_limits<double>::quiet_NaN()) == "\"NaN\"");
  CHECK(number(std::numeric_limits<double>::infinity()) == "\"Infinity\"");
  CHECK(number(-std::numeric_limits<float>::infinity()) == "\"-Infinity\"");
}
