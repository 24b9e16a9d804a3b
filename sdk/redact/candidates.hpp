// Candidates: where in a text a form could begin. Most text holds nothing of a secret, and is not
// to be read byte by byte to know that.
//
// Of each form's first bytes, all windows of a fixed length are noted in a table of bits. A text
// then needs a look at one window in every `stride` bytes only: whatever form begins in between
// has that window among its own. Immutable, so safe on any thread.
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

  // No form begins in front of `begin`; it was seen at `seen`. Both at or behind `from`.
  struct Place {
    std::size_t begin;
    std::size_t seen;
  };
  // The first place at or behind `from`, where no form is under way. At the text's end, where too
  // few bytes are left to know, `seen` is its size.
  Place next(std::string_view text, std::size_t from) const noexcept;

  std::size_t bytes() const noexcept { return bits_.size() * sizeof(std::uint64_t); }

 private:
  static constexpr std::uint64_t multiplier = 0x9E3779B97F4A7C15;

  // Reads eight bytes from `at` on.
  bool is_noted(const char* at) const noexcept {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    const std::uint64_t slot = ((word & mask_) * multiplier) >> shift_;
    return ((bits_[slot / 64] >> (slot % 64)) & 1U) != 0;
  }

  std::size_t stride_ = 1;
  std::uint64_t mask_ = 0;  // the window's bytes
  unsigned shift_ = 0;
  std::vector<std::uint64_t> bits_;
};

}  // namespace trace::detail
