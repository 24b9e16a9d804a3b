// SPDX-License-Identifier: Apache-2.0
#include "secrets/matcher.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "secrets/secret_forms.hpp"
#include "unit/secrets/each_look.hpp"

using namespace trace::detail::secrets;

TEST_CASE("the written text has the announced size") {
  const Matcher matcher(secret_forms("correct horse"));
  for (const std::string_view text :
       {"", "nothing", "correct horse", "a correct horse and a correct  horse, correct"}) {
    const std::string redacted = matcher.redacted(text);
    CHECK(matcher.redacted_size(text) == redacted.size());
    std::string written(redacted.size(), '?');
    CHECK(matcher.write_redacted(written.data(), text) == written.data() + written.size());
    CHECK(written == redacted);
    CHECK(matcher.contains(text) == (redacted != text));
  }
}

TEST_CASE("the end of a text that was cut loses what may be the start of a secret") {
  const Matcher matcher(secret_forms("0123456789"));
  CHECK(matcher.redacted("number 01234567", trace::detail::TextSort::cut) == "number ");
  CHECK(matcher.redacted("number 01234567") == "number 01234567");
  CHECK(matcher.redacted("number 0123456789 0", trace::detail::TextSort::cut) ==
        "number [REDACTED] ");
  CHECK(matcher.redacted("number 0123456789", trace::detail::TextSort::cut) == "number [REDACTED]");
  CHECK(matcher.contains("number 01234567", trace::detail::TextSort::cut));
  CHECK_FALSE(matcher.contains("number 01234567"));
  CHECK_FALSE(matcher.contains("number", trace::detail::TextSort::cut));
}

TEST_CASE("a form of each length is found at each place of texts of each length") {
  // Short and long beginnings make other windows and strides.
  trace::testing::with_each_look([] {
    for (std::size_t length = 6; length <= 40; ++length) {
      std::string secret;
      for (std::size_t i = 0; i < length; ++i) secret += static_cast<char>('!' + i);
      const Matcher matcher(secret_forms(secret));
      // Characters that no secret contains, and characters that secrets contain.
      for (const char filler : {'~', '!'}) {
        for (std::size_t before = 0; before < 40; ++before) {
          for (const std::size_t behind : {0U, 1U, 7U, 8U, 9U, 40U}) {
            const std::string front(before, filler);
            const std::string end(behind, filler);
            REQUIRE(matcher.redacted(front + secret + end) == front + "[REDACTED]" + end);
            REQUIRE_FALSE(matcher.contains(front + secret.substr(0, length - 1) + end));
          }
        }
      }
    }
  });
}

TEST_CASE("a secret of any byte is found, among any others") {
  trace::testing::with_each_look([] {
    for (int c = 0; c < 256; ++c) {
      if (is_white_space(static_cast<char>(c))) continue;
      const std::string secret(7, static_cast<char>(c));
      const std::vector<std::string> forms{with_symbols(secret)};
      const Matcher matcher(forms);
      for (int other = 0; other < 256; ++other) {
        if (symbol_of(static_cast<char>(other)) == symbol_of(static_cast<char>(c))) continue;
        const std::string filler(30, static_cast<char>(other));
        REQUIRE(matcher.redacted(filler + secret + filler) == filler + "[REDACTED]" + filler);
        REQUIRE_FALSE(matcher.contains(filler + secret.substr(1) + filler));
      }
    }
  });
}

namespace {

// The CPU time of one look at the unit as often as that, the least of three, in milliseconds.
double milliseconds(const Matcher& matcher, std::string_view unit, std::size_t times) {
  std::string text = "at ";
  while (times-- > 0) text += unit;
  text += "x end";  // what ends within a break is not known yet
  double least = 1e9;
  for (int i = 0; i < 3; ++i) {
    const std::clock_t start = std::clock();
    const bool is_found = matcher.contains(text) || matcher.redacted_size(text) != text.size();
    least = std::min(least, static_cast<double>(std::clock() - start) * 1000 / CLOCKS_PER_SEC);
    REQUIRE_FALSE(is_found);
  }
  return least;
}

}  // namespace

TEST_CASE("text of nothing but what may break a line takes time in proportion to its size") {
  trace::testing::with_each_look([] {
    const Matcher matcher(secret_forms("hJ7kQz-0pLm4Xw9RtYv2Bn"));
    for (const std::string_view unit : {"\\", "\\n", "=\n", "=\r\n", "\n", "\\n=\n", "n=\n", " =\n",
                                        "0123456789abcdef\n", "0123456789abcdef\\"}) {
      const std::size_t times = std::size_t{128 * 1024} / unit.size();
      const double once = milliseconds(matcher, unit, times);
      const double twice = milliseconds(matcher, unit, 2 * times);
      CAPTURE(unit);
      CAPTURE(once);
      CHECK(twice < 3 * once + 10);  // the square of the size: 4 * once
    }
  });
}
