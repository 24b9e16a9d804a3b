// SPDX-License-Identifier: Apache-2.0
#include "recovery/orphan.hpp"

#include <fcntl.h>

#include <ctime>

#include "journal/file_lock.hpp"
#include "journal/tail_format.hpp"
#include "recovery/found_tail.hpp"

namespace trace::detail::recovery {
namespace {

// A start needs milliseconds from creating its file to naming it.
constexpr time_t unfinished_after_seconds = 600;
constexpr std::string_view unfinished_ending = ".journal.new";

bool is_old(const journal::JournalDirectory& directory, std::string_view name) noexcept {
  const auto info = directory.status(name);
  return info && std::time(nullptr) - info->st_mtime >= unfinished_after_seconds;
}

}  // namespace

LockedOrphan lock_orphan(const journal::JournalDirectory& directory, std::string_view name) {
  journal::OpenedFile opened = directory.open_file(name, O_RDWR);
  if (!opened) return {{}, opened.missing ? std::string() : std::move(opened.why)};
  // Between open and lock another process may have adopted and removed it.
  if (!journal::try_lock(opened.file.get()) || !directory.leads_to(name, opened.file.get()))
    return {};
  return {std::move(opened.file), {}};
}

void remove_leftovers(const journal::JournalDirectory& directory) {
  const std::vector<std::string> none;  // another scan finds what this one does not
  for (const std::string& name : directory.names(unfinished_ending).value_or(none)) {
    if (!is_old(directory, name)) continue;
    if (lock_orphan(directory, name)) directory.remove(name);
  }
  // Normally removed right after its creation, unless its process died in between.
  for (const std::string& name : directory.names(spill_ending).value_or(none)) {
    if (lock_orphan(directory, name)) directory.remove(name);
  }
  for (const std::string& name : directory.names(journal::tail_ending).value_or(none)) {
    const std::string_view session = session_of_tail(name);
    if (!session.empty() && !directory.status(journal::journal_name(session)) &&
        is_old(directory, name)) {
      directory.remove(name);
    }
  }
}

}  // namespace trace::detail::recovery
