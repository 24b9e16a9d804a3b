// SPDX-License-Identifier: Apache-2.0
// Candidates: finds the places in a text where a form may begin. Most text contains no secret, and
// this avoids reading it byte by byte.
//
// - Runs: a form begins with a run of non-white-space bytes, of which only few kinds occur at the
//   beginning of any form. A text without such a run of sufficient length needs no search: most
//   text consists of short words. Runs are found 64 bytes at a time, on processors that support it.
// - Windows: all windows of a fixed length among each form's first bytes are in a Bloom filter. In
//   a run only one window in every `stride` bytes needs a lookup: any form that begins in between
//   contains that window.
// - Line breaks: one may be within a form's first bytes. If a line is long enough to be wrapped
//   text, the text around its end is joined and searched for windows.
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

  // No form begins before `begin`; what could be one was seen at `seen`.
  struct Place {
    std::size_t begin;
    std::size_t seen;
  };
  // The first place at or after `from`, where no form is being matched. If there is none, `seen` is
  // the text's size, and the text from `begin` is too short for any form, but may be the start of
  // one.
  Place next(std::string_view text, std::size_t from) const noexcept;

  // False: the whole text contains no form. Faster than next(). `to` as in Matcher::contains().
  bool may_contain(std::string_view text, const std::byte* to) const noexcept {
    if (text.size() < run_) return false;
    if (!uses_runs_) return first_by_window(text, 0).seen < text.size();
    return text.size() < block_size ? may_contain_short(text)
                                    : first_in_long_text(text, 0, to).seen < text.size();
  }

  // A partial match of at most this length may be dropped: next() finds it again.
  std::size_t window() const noexcept { return window_; }

  std::size_t bytes() const noexcept { return bits_.size() * sizeof(std::uint64_t); }

 private:
  friend bool set_candidate_runs(bool are_used) noexcept;
  static bool can_look_for_runs() noexcept;

  // Like next(), but a form may begin anywhere in the text's end.
  Place first(std::string_view text, std::size_t from) const noexcept {
    return uses_runs_ ? first_by_run(text, from) : first_by_window(text, from);
  }
  Place first_by_window(std::string_view text, std::size_t from) const noexcept;
  Place first_by_run(std::string_view text, std::size_t from) const noexcept;
  bool may_contain_short(std::string_view text) const noexcept;
  Place first_in_long_text(std::string_view text, std::size_t from,
                           const std::byte* to) const noexcept;
  Place first_in_block(std::string_view text, std::size_t from, std::size_t at,
                       std::uint64_t begins, std::uint64_t breaks,
                       std::size_t& next) const noexcept;
  std::size_t unfinished_run(std::string_view text, std::size_t from) const noexcept;
  void note_beginning(std::string_view beginning);
  void note(std::string_view window);
  using Shifts = std::array<std::uint64_t, 5>;
  // A form whose beginning contains the break at `at`.
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
  // The window at `at`; of one that the text's end cuts, any that begins so.
  bool is_noted(std::string_view text, std::size_t at) const noexcept {
    if (text.size() - at >= longest_window) [[likely]]
      return is_noted(bytes_at(text.data() + at, longest_window));
    return is_noted(bytes_at(text.data() + at, text.size() - at));
  }
  static std::uint64_t bytes_at(const char* at, std::size_t count) noexcept {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, count);
    return bytes;
  }

  // Makes both cases of letters equal; also other bytes, which causes a few false positives.
  static constexpr std::uint64_t one_case = 0x2020202020202020;

  static constexpr std::size_t longest_window = sizeof(std::uint64_t);

  static constexpr std::size_t block_size = 64;  // of texts in which runs are looked for

  static bool runs_are_off;  // by set_candidate_runs()

  // The tables differ.
  const bool uses_runs_ = !runs_are_off && can_look_for_runs();
  ByteSet beginnings_;   // bytes at the beginning of forms
  std::size_t run_ = 1;  // that each begins with
  Shifts shifts_{};      // that find such a run
  std::size_t window_ = 1;
  std::size_t stride_ = 1;
  std::uint64_t mask_ = 0;  // the window's bytes
  unsigned shift_ = 63;     // leaves a word's number of a hash
  std::vector<std::uint64_t> bits_;
};

// For tests: enables or disables the search for runs. False if this processor does not support it.
bool set_candidate_runs(bool are_used) noexcept;

}  // namespace trace::detail::secrets
