// Anchors of token patterns: bytes, alone or in pairs, of which each pattern has one and most text
// has few. The first look at each text that is sent, sixteen bytes at a time, or 32 where the
// processor can. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace trace::detail {

// Whether an anchor begins at a byte, by it and the one behind it:
//   _ J ? &    "IA" "k-" "xo" "t-" "--" ":/"    "be" and "ba" in any case
bool is_anchor(char c, char next) noexcept;

// The first anchor at or behind `from`, or what could be taken for one; the text's size when there
// is none. The last byte is never one.
std::size_t next_anchor(std::string_view text, std::size_t from) noexcept;

// What the former does on processors with blocks of so many bytes, for tests: 1, 16, 32; 0: as many
// as there are. False when this one has no such blocks.
bool set_anchor_block(std::size_t bytes) noexcept;

}  // namespace trace::detail
