// SPDX-License-Identifier: Apache-2.0
#include "session/leftover.hpp"

#include <fmt/format.h>
#include <trace/recovery.hpp>

#include <algorithm>

namespace trace::detail::session {

Leftover leftover_of(const journal::JournalFile& file, const std::string& directory,
                     std::uint64_t unsent, bool all_read) {
  if (unsent == 0) return {};
  if (!file.crash_safe()) {
    return {0, unsent,
            fmt::format("the journal was in memory because {} cannot be used", directory)};
  }
  if (!file.is_named()) {
    return {0, unsent, fmt::format("{} was removed or replaced", file.path())};
  }
  if (all_read) {
    return {0, unsent, fmt::format("{} was overwritten or truncated", file.path())};
  }
  if (file.truncations() == 0) return {unsent, 0, {}};
  // Count what the next reader finds in the file.
  const auto report = inspect_journal(file.path());
  const std::uint64_t kept = report ? std::min(unsent, report->unsent) : 0;
  if (kept == unsent) return {unsent, 0, {}};
  return {kept, unsent - kept, fmt::format("{} was truncated", file.path())};
}

}  // namespace trace::detail::session
