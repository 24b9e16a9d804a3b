#include "redact/matcher.hpp"

#include <doctest/doctest.h>

#include "redact/secret_forms.hpp"

using namespace trace::detail;

TEST_CASE("what is written has the size that was told") {
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
  CHECK(matcher.redacted("number 01234567", TextSort::cut) == "number ");
  CHECK(matcher.redacted("number 01234567") == "number 01234567");
  CHECK(matcher.redacted("number 0123456789 0", TextSort::cut) == "number [REDACTED] ");
  CHECK(matcher.redacted("number 0123456789", TextSort::cut) == "number [REDACTED]");
  CHECK(matcher.contains("number 01234567", TextSort::cut));
  CHECK_FALSE(matcher.contains("number 01234567"));
  CHECK_FALSE(matcher.contains("number", TextSort::cut));
}

TEST_CASE("a form of each length is found at each place of texts of each length") {
  // Short and long beginnings make other windows and strides.
  for (std::size_t length = 6; length <= 40; ++length) {
    std::string secret;
    for (std::size_t i = 0; i < length; ++i) secret += static_cast<char>('!' + i);
    const Matcher matcher(secret_forms(secret));
    for (std::size_t before = 0; before < 40; ++before) {
      for (const std::size_t behind : {0U, 1U, 7U, 8U, 9U, 40U}) {
        const std::string text = std::string(before, '~') + secret + std::string(behind, '~');
        REQUIRE(matcher.redacted(text) ==
                std::string(before, '~') + "[REDACTED]" + std::string(behind, '~'));
      }
    }
  }
}
