// Candidates: where in a text a form could begin. Most text holds nothing of a secret, and is not
// to be read byte by byte to know that.
//
// Of each form's first bytes, all windows of a fixed length are noted in a table of bits (Bloom's).
// A text then needs a look at one window in every `stride` bytes only: whatever form begins in
// between has that window among its own. Immutable, so safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace trace::detail {

class Candidates {
 public:
  explicit Candidates(std::span<const std::string> forms);

  // No form begins in front of `begin`; what could be one was seen at `seen`.
  struct Place {
    std::size_t begin;
    std::size_t seen;
  };
  // The first place at or behind `from`, where no form is under way. When there is none, `seen` is
  // the text's size, and what begins at `begin` is too short for any form, but may be the start of
  // one.
  Place next(std::string_view text, std::size_t from) const noexcept;

  // A start of a form of no more bytes is worth nothing: it is found again by next().
  std::size_t window() const noexcept { return window_; }

  std::size_t bytes() const noexcept { return bits_.size() * sizeof(std::uint64_t); }

 private:
  // Two bits of one word of the table.
  struct Slot {
    std::size_t word;
    std::uint64_t bits;
  };
  Slot slot_of(std::uint64_t bytes) const noexcept {
    const std::uint64_t hash = (bytes & mask_) * std::uint64_t{0x9E3779B97F4A7C15};
    return {static_cast<std::size_t>(hash >> shift_),
            std::uint64_t{1} << (hash >> 20 & 63) | std::uint64_t{1} << (hash >> 26 & 63)};
  }
  bool is_noted(std::uint64_t bytes) const noexcept {
    const Slot slot = slot_of(bytes);
    return (bits_[slot.word] & slot.bits) == slot.bits;
  }

  std::size_t window_ = 1;
  std::size_t stride_ = 1;
  std::uint64_t mask_ = 0;  // the window's bytes
  unsigned shift_ = 63;     // leaves a word's number of a hash
  std::vector<std::uint64_t> bits_;
};

}  // namespace trace::detail
