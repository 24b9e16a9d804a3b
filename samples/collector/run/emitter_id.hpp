// SPDX-License-Identifier: Apache-2.0
// Event ids of emitters: "<session ulid>-<lane>-<sequence, 12 digits>". An id of this format names
// the emitter and the event's sequence in its run, which acknowledgements ("through") refer to. Ids
// of any other format are stored as they are. Pure functions, used for ingestion.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace trace::collector::run {

// Views into the id.
struct EmitterId {
  std::string_view session;  // the ULID
  std::string_view emitter;  // "<session>-<lane>"
  std::uint64_t sequence;    // 1, 2, 3 …
};

// Accepts exactly the format above, so that an id and its parts determine each other.
inline std::optional<EmitterId> parse_emitter_id(std::string_view id) noexcept {
  constexpr std::size_t ulid_length = 26;
  constexpr std::size_t sequence_length = 12;
  constexpr std::size_t longest_lane = 10;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_ulid_letter = [&](char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z' && c != 'I' && c != 'L' && c != 'O' && c != 'U');
  };

  if (id.size() < ulid_length + 3 + sequence_length) return std::nullopt;
  const std::string_view session = id.substr(0, ulid_length);
  const std::string_view emitter = id.substr(0, id.size() - sequence_length - 1);
  const std::string_view lane = emitter.substr(ulid_length + 1);
  const std::string_view number = id.substr(emitter.size() + 1);
  if (id[ulid_length] != '-' || id[emitter.size()] != '-') return std::nullopt;
  if (!std::all_of(session.begin(), session.end(), is_ulid_letter)) return std::nullopt;
  if (lane.size() > longest_lane || !std::all_of(lane.begin(), lane.end(), is_digit)) {
    return std::nullopt;
  }
  if (lane.size() > 1 && lane.front() == '0') return std::nullopt;  // one spelling per lane
  if (!std::all_of(number.begin(), number.end(), is_digit)) return std::nullopt;
  std::uint64_t sequence = 0;
  std::from_chars(number.data(), number.data() + number.size(), sequence);
  if (sequence == 0) return std::nullopt;
  return EmitterId{session, emitter, sequence};
}

}  // namespace trace::collector::run
