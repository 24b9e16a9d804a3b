// SPDX-License-Identifier: Apache-2.0
// Orphaned journals: their session is gone and their lock is free. Finding one takes its lock, so
// that no two processes adopt the same journal; if it was removed or replaced meanwhile the lock is
// released.
#pragma once

#include <string>
#include <string_view>

#include "journal/directory.hpp"

namespace trace::detail::recovery {

// Ending of the name of a file to which recovery moves events of a stalled run.
inline constexpr std::string_view spill_ending = "-backlog.journal";

struct LockedOrphan {
  journal::FileDescriptor file = {};
  std::string why = {};  // why it may not be opened; empty if it is locked or gone

  explicit operator bool() const noexcept { return static_cast<bool>(file); }
};

// An open, locked descriptor of the journal.
LockedOrphan lock_orphan(const journal::JournalDirectory& directory, std::string_view name);

// Removes the files of sessions that died between creating a journal and naming it, and the tails
// of journals that are gone.
void remove_leftovers(const journal::JournalDirectory& directory);

}  // namespace trace::detail::recovery
