// Candidates: where in a text a form could begin. Most text holds nothing of a secret, and is not
// to be read byte by byte to know that.
//
// 1. A form begins with a run of bytes that are no white space, and of those only few kinds are in
//    any form's beginning. Where a text has no such run that is long enough, there is nothing to
//    look for: most text is short words. Runs are found 32 bytes at a time, on processors that can.
// 2. Of each form's first bytes, all windows of a fixed length are noted in a table of bits
//    (Bloom's). A run then needs a look at one window in every `stride` bytes only: whatever form
//    begins in between has that window among its own.
// 3. A line break may lie within a form's first bytes. Where a line is long enough to be one of a
//    wrapped text, what stands around its end is put together, and windows are looked for in that.
//
// Immutable, so safe on any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/byte_set.hpp"

namespace trace::detail::secrets {

class Candidates {
 public:
  // `forms`: of symbols.
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
  Place next_by_window(std::string_view text, std::size_t from) const noexcept;
  template <bool with_upper_half>
  Place next_by_run(std::string_view text, std::size_t from) const noexcept;
  std::optional<Place> next_in_block(std::string_view text, std::size_t from, std::size_t at,
                                     std::uint32_t begins, std::uint32_t breaks,
                                     std::size_t& next) const noexcept;
  using Shifts = std::array<std::uint64_t, 5>;
  static std::uint64_t without_runs(std::uint64_t others, const Shifts& shifts) noexcept;
  std::size_t unfinished_run(std::string_view text, std::size_t from) const noexcept;
  void note_beginning(std::string_view beginning);
  void note(std::string_view window);
  // A form that the break at `at` lies in the beginning of.
  std::optional<Place> around_break(std::string_view text, std::size_t from,
                                    std::size_t at) const noexcept;
  Place with_break_behind(std::string_view text, std::size_t from, Place place) const noexcept;

  // Two bits of one word of the table.
  struct Slot {
    std::size_t word;
    std::uint64_t bits;
  };
  Slot slot_of(std::uint64_t bytes) const noexcept {
    const std::uint64_t hash = ((bytes | one_case) & mask_) * std::uint64_t{0x9E3779B97F4A7C15};
    return {static_cast<std::size_t>(hash >> shift_),
            std::uint64_t{1} << (hash >> 20 & 63) | std::uint64_t{1} << (hash >> 26 & 63)};
  }
  bool is_noted(std::uint64_t bytes) const noexcept {
    const Slot slot = slot_of(bytes);
    return (bits_[slot.word] & slot.bits) == slot.bits;
  }

  // Letters in one case; what else it makes equal is looked at in vain now and then.
  static constexpr std::uint64_t one_case = 0x2020202020202020;

  ByteSet beginnings_;   // what forms are made of at their beginning
  std::size_t run_ = 1;  // that each begins with
  Shifts shifts_{};      // see without_runs()
  std::size_t window_ = 1;
  std::size_t stride_ = 1;
  std::uint64_t mask_ = 0;  // the window's bytes
  unsigned shift_ = 63;     // leaves a word's number of a hash
  std::vector<std::uint64_t> bits_;
};

// Whether runs are looked for where the processor can, for tests; they are unless this said no.
// False when this one cannot.
bool set_candidate_runs(bool are_used) noexcept;

}  // namespace trace::detail::secrets
