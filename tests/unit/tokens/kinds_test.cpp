// SPDX-License-Identifier: Apache-2.0
// Samples of 108 kinds of tokens in every context: none is left, and redacting twice is redacting
// once. tests/attack/tokens sends more of them through the whole way.
#include <doctest/doctest.h>

#include <string>

#include "attack/tokens/samples.hpp"
#include "tokens/token_patterns.hpp"

using namespace trace::detail::tokens;
using namespace trace::testing;

namespace {

std::string without(std::string_view text) {
  std::string out;
  append_without_tokens(out, text, "[REDACTED]");
  return out;
}

}  // namespace

TEST_CASE("each kind of token is found in each context") {
  CHECK(kinds().size() == 108);
  CHECK(contexts().size() == 8);
  Random random(1);
  for (const Kind& kind : kinds()) {
    for (const Context& context : contexts()) {
      if (context.name == json_context) continue;
      for (int i = 0; i < 10; ++i) {
        const Sample sample = kind.make(random);
        const std::string text =
            std::string(context.before) + sample.text + std::string(context.after);
        CAPTURE(text);
        const std::string redacted = without(text);
        REQUIRE_FALSE(is_left(redacted, sample));
        CHECK(without(redacted) == redacted);
      }
    }
  }
}

TEST_CASE("the same seed makes the same samples") {
  Random random(1);
  Random same(1);
  for (const Kind& kind : kinds()) CHECK(kind.make(random).text == kind.make(same).text);
}
