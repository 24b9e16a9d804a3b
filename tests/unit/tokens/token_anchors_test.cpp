// SPDX-License-Identifier: Apache-2.0
// Anchors: every way of scanning finds the same places, and those of the table's rows.
#include "tokens/token_anchors.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tokens/token_table.hpp"

using namespace trace::detail::tokens;

namespace {

// A text that a row's anchor matches: its characters, the first or last of each set.
std::string anchor_of(const TokenRow& row, bool last) {
  std::string anchor;
  for (std::size_t place = 0; place < anchor_bytes; ++place) {
    const Element element = element_of(row, row.anchor + place);
    char found = '\0';
    for (char c = 1; c < 127; ++c) {
      if (!element.has(c)) continue;
      found = c;
      if (!last) break;
    }
    anchor += found;
  }
  return anchor;
}

// Without SIMD and without a filter.
std::size_t next_by_rows(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    RowSet rows = rows_at(text, at);
    if (!rows.empty()) return at;
  }
  return text.size();
}

}  // namespace

TEST_CASE("each row is found by its anchor, at every offset in a block") {
  for (const std::size_t block : {1U, 16U, 32U, 0U}) {
    if (!set_anchor_block(block)) {
      MESSAGE("SKIPPED: this processor has no blocks of ", block, " bytes");
      continue;
    }
    CAPTURE(block);
    for (const TokenRow& row : token_table) {
      for (const bool last : {false, true}) {
        const std::string anchor = anchor_of(row, last);
        CAPTURE(anchor);
        for (std::size_t before = 0; before < 70; ++before) {
          const std::string filler(before, '~');
          REQUIRE(next_anchor(filler + anchor, 0) == before);
          REQUIRE(next_anchor(filler + anchor + filler, before) == before);
          REQUIRE(next_anchor(filler + anchor + filler, before + 1) >= before + 1);
        }
      }
    }
    CHECK(next_anchor("", 0) == 0);
    CHECK(next_anchor("hf", 0) == 2);
    CHECK(next_anchor(std::string(200, '.'), 0) == 200);
    CHECK(next_anchor("a token", 7) == 7);
  }
  set_anchor_block(0);
}

TEST_CASE("all ways of scanning find the same") {
  // Characters of anchors, in an order that repeats late.
  std::string text;
  std::uint32_t state = 1;
  const std::string_view some = "passwordtokenkeyghp_sk-://AKIA.eyJ=:\"\\\x80 ";
  for (int i = 0; i < 20000; ++i) {
    state = state * 1664525 + 1013904223;
    text += some[state / 65536 % some.size()];
  }
  std::size_t anchors = 0;
  for (std::size_t at = 0;; ++at, ++anchors) {
    set_anchor_block(1);
    const std::size_t expected = next_anchor(text, at);
    // The scan also drops places where the only rows are those that begin with their anchor and a
    // word is under way.
    REQUIRE(next_by_rows(text, at) <= expected);
    for (const std::size_t block : {16U, 32U}) {
      if (set_anchor_block(block)) REQUIRE(next_anchor(text, at) == expected);
    }
    at = expected;
    if (at == text.size()) break;
  }
  set_anchor_block(0);
  CHECK(anchors > 40);
}

TEST_CASE("no anchor has white space: literals between values do not make one") {
  for (const char space : {' ', '\t', '\n'}) {
    const std::string text(1, space);
    CHECK_FALSE(may_begin_anchor(text));
    CHECK_FALSE(may_end_anchor(text));
    CHECK_FALSE(may_be_within_anchor(text));
  }
}

TEST_CASE("halves of an anchor are known") {
  for (const TokenRow& row : token_table) {
    const std::string anchor = anchor_of(row, false);
    CAPTURE(anchor);
    for (std::size_t cut = 1; cut < anchor.size(); ++cut) {
      CHECK(may_begin_anchor("~~~" + anchor.substr(0, cut)));
      CHECK(may_end_anchor(anchor.substr(cut) + "~~~"));
    }
    CHECK(may_be_within_anchor(anchor.substr(1, 2)));
  }
  CHECK(may_be_within_anchor(""));
  CHECK_FALSE(may_be_within_anchor("#"));
  CHECK_FALSE(may_begin_anchor(".#"));
}
