// SPDX-License-Identifier: Apache-2.0
// The ids of emitters, "<session>-<lane>", and of their events, "<session>-<lane>-<sequence>" with
// at least twelve digits. Pure functions, safe on any thread.
//
// EventPrefix: the beginning of the JSON of one emitter's events, up to the run's id. Only the
// sequence changes, so it is kept as text and copied; for each event only the last two digits of
// the sequence are written. append_node() continues with what all events of a node have in common.
// One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/padded_text.hpp"

namespace trace::detail::contract {

inline constexpr std::size_t least_sequence_digits = 12;

std::string emitter_id(std::string_view session, std::uint32_t lane);
std::string event_id(std::string_view session, std::uint32_t lane, std::uint64_t sequence);

// Appends "…","nodeId":"…".
void append_node(std::string& to, std::string_view run_id, std::string_view node_id);

class EventPrefix {
 public:
  // False before make().
  bool is_of(std::uint32_t lane) const noexcept { return lane_ == lane && !text_.empty(); }
  // For events by the emitter "<session>-<lane>".
  void make(std::string_view session, std::uint32_t lane);

  // The maximum number of bytes that write() writes, including overwritten ones after the end.
  std::size_t bound() const noexcept {
    return text_.size() + most_digits + text::PaddedText::overhang;
  }

  // Writes {"id":…,"runId": and returns its end.
  char* write(char* to, std::uint64_t sequence) {
    if (sequence < hundred_ || sequence - hundred_ >= 100) [[unlikely]]
      turn(sequence);
    char* const end = text_.write(to);
    text::write_pair(to + digits_end_ - 2, static_cast<std::uint32_t>(sequence - hundred_));
    return end;
  }

 private:
  static constexpr std::size_t most_digits = 20;

  // Writes all digits of the sequence.
  void turn(std::uint64_t sequence);

  text::PaddedText text_;
  std::uint32_t lane_ = 0;
  std::uint64_t hundred_ = 0;  // the sequence in the text, without its last two digits
  std::size_t digits_begin_ = 0;
  std::size_t digits_end_ = 0;
};

}  // namespace trace::detail::contract
