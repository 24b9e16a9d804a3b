// Anchors of token patterns: one to three bytes, of which each pattern has some and most text has
// few. The first look at each text that is sent, sixteen bytes at a time, or 32 where the
// processor can. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace trace::detail {

// Whether an anchor begins at a byte, by it and the two behind it:
//   _ J ? &    "IA" "k-" "xo" "t-" "--" ":/"    "bea" and "bas" in any case
bool is_anchor(char c, char next, char third) noexcept;
// Whether one may begin with the byte, and whether the byte may be one's second or third.
bool may_begin_anchor(char c) noexcept;
bool may_continue_anchor(char c) noexcept;

// The first anchor at or behind `from`; the text's size when there is none. The last byte is never
// one; the two bytes at the end are one when a third could make them one.
std::size_t next_anchor(std::string_view text, std::size_t from) noexcept;

// What the former does on processors with blocks of so many bytes, for tests: 1, 16, 32; 0: as many
// as there are. False when this one has no such blocks.
bool set_anchor_block(std::size_t bytes) noexcept;

}  // namespace trace::detail
