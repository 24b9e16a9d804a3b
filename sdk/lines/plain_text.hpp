// SPDX-License-Identifier: Apache-2.0
// Fast scans of captured bytes, many bytes at a time, so that plain lines cost little more than
// reading them once. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trace::detail::lines {

// The position of the first byte that a terminal acts on instead of showing it: BEL, BS, CR, SO,
// SI, ESC (and VT, FF, harmless false positives); the text's size if there is none. Line feeds and
// tabs do not count. `ascii`: whether everything before it is ASCII.
std::size_t first_control(std::string_view text, bool& ascii) noexcept;

// The position of the first C1 control in UTF-8 (C2 80 … C2 9F); the text's size if there is none.
std::size_t first_c1(std::string_view text) noexcept;

// Line feeds in the text.
std::uint64_t count_lines(std::string_view text) noexcept;

// The longest start of the text that consists of whole lines and has at most `most` bytes.
std::string_view whole_lines(std::string_view text, std::uint64_t most) noexcept;
// The shortest one that has at least `least` bytes. The text ends with a line feed.
std::string_view at_least_lines(std::string_view text, std::uint64_t least) noexcept;

}  // namespace trace::detail::lines
