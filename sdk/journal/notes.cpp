// SPDX-License-Identifier: Apache-2.0
#include "journal/notes.hpp"

#include <atomic>
#include <cstring>
#include <span>

namespace trace::detail::journal {
namespace {

// Removes the first note from `rest`; false if there is none, or it is damaged.
bool take_first(std::span<const char>& rest, Note& note) noexcept {
  NoteSizes sizes;
  if (rest.size() < sizeof sizes) return false;
  std::memcpy(&sizes, rest.data(), sizeof sizes);
  const std::size_t end = sizeof sizes + sizes.owner + sizes.bytes;
  if (sizes.owner == 0 || end > rest.size()) return false;
  note.owner = {rest.data() + sizeof sizes, sizes.owner};
  note.bytes = {note.owner.data() + sizes.owner, sizes.bytes};
  rest = rest.subspan(end);
  return true;
}

}  // namespace

bool add_note(FileHeader& header, const Note& note) noexcept {
  std::span<const char> rest(header.notes);
  for (Note known; take_first(rest, known);) {
    if (known == note) return true;
  }
  // A number other than 0 is the start of a damaged note.
  if (note.owner.empty() || note.owner.size() > UINT8_MAX || rest.size() < sizeof(NoteSizes) ||
      note.bytes.size() + note.owner.size() > rest.size() - sizeof(NoteSizes) ||
      rest.front() != 0) {
    return false;
  }
  const NoteSizes sizes{static_cast<std::uint8_t>(note.owner.size()), 0,
                        static_cast<std::uint16_t>(note.bytes.size())};
  char* const at = std::end(header.notes) - rest.size();
  std::memcpy(at + 1, reinterpret_cast<const char*>(&sizes) + 1, sizeof sizes - 1);
  char* const after_owner = at + sizeof sizes + note.owner.copy(at + sizeof sizes, sizes.owner);
  note.bytes.copy(after_owner, sizes.bytes);
  // The first byte is written last: without it there is no note, whenever this process dies.
  std::atomic_signal_fence(std::memory_order_release);
  *at = static_cast<char>(sizes.owner);
  return true;
}

std::vector<Note> notes_of(const FileHeader& header) {
  std::vector<Note> notes;
  std::span<const char> rest(header.notes);
  for (Note note; take_first(rest, note);) notes.push_back(note);
  return notes;
}

}  // namespace trace::detail::journal
