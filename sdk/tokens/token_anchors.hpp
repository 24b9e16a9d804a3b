// Anchors: four characters of each row of the table of tokens, of which most text has none. The
// first look at each text that is sent, 32 bytes at a time where the processor can. Pure functions,
// safe on any thread.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tokens/token_row.hpp"

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
  // Takes out the least one.
  std::size_t take() noexcept {
    std::uint64_t& word = bits[0] != 0 ? bits[0] : bits[1];
    const auto bit = static_cast<std::size_t>(std::countr_zero(word));
    word &= word - 1;
    return &word == &bits[0] ? bit : bit + 64;
  }
};

// The rows whose anchor begins at `at`.
RowSet rows_at(std::string_view text, std::size_t at) noexcept;

// The first place from `from` on where the anchor of a row begins, and a token of it can; the
// text's size when there is none.
std::size_t next_anchor(std::string_view text, std::size_t from) noexcept;

// Whether the text could make an anchor together with unknown text after it, before it, or both.
bool may_begin_anchor(std::string_view text) noexcept;
bool may_end_anchor(std::string_view text) noexcept;
bool may_be_within_anchor(std::string_view text) noexcept;

// Scans blocks of so many bytes, for tests: 1, 16, 32; 0: the widest that there are. Returns false
// when this processor has no such blocks.
bool set_anchor_block(std::size_t bytes) noexcept;

}  // namespace trace::detail::tokens
