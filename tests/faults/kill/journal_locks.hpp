// Who holds a journal: told from its lock, as the SDK does. Any thread.
#pragma once

#include <string>

namespace trace::testing {

// A journal of the directory other than `own` is locked: somebody delivers it.
bool locks_another(const std::string& directory, const std::string& own);

}  // namespace trace::testing
