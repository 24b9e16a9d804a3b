// Orphans: journals whose session is gone: their lock is free. Finding one takes its lock, so that
// no two processes adopt the same journal; whoever finds it removed or replaced meanwhile lets go.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace trace::detail {

// The journals of the directory, oldest first, whoever owns them.
std::vector<std::string> journals_in(const std::string& directory);

// An open, locked descriptor of the journal; nothing when somebody else holds it or it is gone.
std::optional<int> lock_orphan(const std::string& path);

// Removes what starts left behind that died between creating a journal and naming it, and the tails
// of journals that are gone.
void remove_leftovers(const std::string& directory);

}  // namespace trace::detail
