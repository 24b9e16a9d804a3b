// Orphans: journals whose session is gone: their lock is free. Finding one takes its lock, so that
// no two processes adopt the same journal; whoever finds it removed or replaced meanwhile lets go.
#pragma once

#include <string>
#include <string_view>

#include "journal/directory.hpp"

namespace trace::detail::recovery {

// How the name of a file ends that recovery moves events of a stalled run to.
inline constexpr std::string_view spill_ending = "-backlog.journal";

struct LockedOrphan {
  journal::FileDescriptor file = {};
  std::string why = {};  // it may not be opened; empty when somebody else holds it, or it is gone

  explicit operator bool() const noexcept { return static_cast<bool>(file); }
};

// An open, locked descriptor of the journal.
LockedOrphan lock_orphan(const journal::JournalDirectory& directory, std::string_view name);

// Removes what starts left behind that died between creating a journal and naming it, and the tails
// of journals that are gone.
void remove_leftovers(const journal::JournalDirectory& directory);

}  // namespace trace::detail::recovery
