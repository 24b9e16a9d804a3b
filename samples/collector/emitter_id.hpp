// Event ids of emitters: "<session ulid>-<lane>-<sequence, 12 digits>". An id of this shape tells
// who sent the event and the how many-th of that emitter in its run it is, which is what
// acknowledgements ("through") are made of. Ids of any other shape are stored as they are.
//
// Pure functions, used when events are taken in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trace::collector {

// Views into the id.
struct EmitterId {
  std::string_view session;  // the ULID
  std::string_view emitter;  // "<session>-<lane>"
  std::uint64_t sequence;    // 1, 2, 3 …
};

// Exactly the shape above and nothing else, so that an id and its parts stand for each other.
std::optional<EmitterId> parse_emitter_id(std::string_view id) noexcept;

}  // namespace trace::collector
