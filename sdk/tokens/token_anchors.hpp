// SPDX-License-Identifier: Apache-2.0
// Anchors: four characters of each row of the table of tokens, which are rare in other text. The
// first scan of each text that is sent, 32 bytes at a time if the processor supports it. Pure
// functions, safe on any thread.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trace::detail::tokens {

inline constexpr std::size_t anchor_bytes = 4;

// A set of rows of the table, by their index.
struct RowSet {
  std::array<std::uint64_t, 2> bits{};

  constexpr void add(std::size_t row) noexcept { bits[row / 64] |= std::uint64_t{1} << (row % 64); }
  constexpr bool empty() const noexcept { return (bits[0] | bits[1]) == 0; }
  constexpr RowSet operator&(const RowSet& other) const noexcept {
    return {{bits[0] & other.bits[0], bits[1] & other.bits[1]}};
  }
  constexpr RowSet without(const RowSet& other) const noexcept {
    return {{bits[0] & ~other.bits[0], bits[1] & ~other.bits[1]}};
  }
  // Removes and returns the smallest one.
  std::size_t take() noexcept {
    std::uint64_t& word = bits[0] != 0 ? bits[0] : bits[1];
    const auto bit = static_cast<std::size_t>(std::countr_zero(word));
    word &= word - 1;
    return &word == &bits[0] ? bit : bit + 64;
  }
};

// The rows whose anchor begins at `at`.
RowSet rows_at(std::string_view text, std::size_t at) noexcept;

// The first position from `from` where the anchor of a row, and possibly a token of it, begins; the
// text's size if there is none.
std::size_t next_anchor(std::string_view text, std::size_t from) noexcept;

// Whether the text and unknown text before or after it could form an anchor.
bool may_begin_anchor(std::string_view text) noexcept;
bool may_end_anchor(std::string_view text) noexcept;
bool may_be_within_anchor(std::string_view text) noexcept;

// For tests: sets the block size of the scan: 1, 16, 32; 0: the widest available. False if this
// processor does not support it.
bool set_anchor_block(std::size_t bytes) noexcept;

}  // namespace trace::detail::tokens
