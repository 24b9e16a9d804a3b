// SPDX-License-Identifier: Apache-2.0
#include "lines/plain_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

using namespace trace::detail::lines;

TEST_CASE("what is looked for in many bytes at a time is found where it is") {
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 100, 'x');
    for (auto changes = random() % 4; changes > 0 && !text.empty(); --changes) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    const auto is_control = [](char c) {
      return (c >= 7 && c <= 15 && c != '\t' && c != '\n') || c == 0x1B;
    };
    const auto control = std::find_if(text.begin(), text.end(), is_control);
    bool ascii = false;
    CHECK(first_control(text, ascii) == static_cast<std::size_t>(control - text.begin()));
    CHECK(ascii == std::none_of(text.begin(), control, [](char c) { return c < 0; }));
    CHECK(count_lines(text) ==
          static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
  }
  CHECK(count_lines(std::string(300'007, '\n')) == 300'007);
}

TEST_CASE("whole lines of at most and of at least n bytes") {
  CHECK(whole_lines("a\nbc\nd", 100) == "a\nbc\n");
  CHECK(whole_lines("a\nbc\n", 5) == "a\nbc\n");
  CHECK(whole_lines("a\nbc\n", 4) == "a\n");
  CHECK(whole_lines("a\nbc\n", 1).empty());
  CHECK(whole_lines("a\nbc\n", 0).empty());
  CHECK(at_least_lines("a\nbc\n", 0).empty());
  CHECK(at_least_lines("a\nbc\n", 1) == "a\n");
  CHECK(at_least_lines("a\nbc\n", 2) == "a\n");
  CHECK(at_least_lines("a\nbc\n", 3) == "a\nbc\n");
}

TEST_CASE("a C1 control is found, other characters with the same first byte are not") {
  CHECK(first_c1("\xC2\xA7\xC2\xB0\xC2\x9Bm") == 4);
  CHECK(first_c1("\xC2\xA7\xC2") == 3);
}
