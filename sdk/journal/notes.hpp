// SPDX-License-Identifier: Apache-2.0
// Notes that a session leaves in its journal for whoever adopts it. Each has an owner, the adapter
// that wrote it; only the owner knows what the bytes mean. Written under the session's lock, read
// from a copy of the header, which is untrusted.
#pragma once

#include <string_view>
#include <vector>

#include "journal/format.hpp"

namespace trace::detail::journal {

struct Note {
  std::string_view owner;
  std::string_view bytes;
  bool operator==(const Note&) const = default;
};

// True if the journal contains the note now. False: it has no owner, or there is no room.
bool add_note(FileHeader& header, const Note& note) noexcept;

// All notes up to the first damaged one; views into the header.
std::vector<Note> notes_of(const FileHeader& header);

}  // namespace trace::detail::journal
