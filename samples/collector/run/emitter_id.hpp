// SPDX-License-Identifier: Apache-2.0
// Event ids of emitters: "<session ulid>-<lane>-<sequence, 12 digits>". An id of this format names
// the emitter and the event's sequence in its run, which acknowledgements ("through") refer to. Ids
// of any other format are stored as they are. Pure functions, used for ingestion.
#pragma once

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
std::optional<EmitterId> parse_emitter_id(std::string_view id) noexcept;

}  // namespace trace::collector::run
