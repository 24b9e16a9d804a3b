// SPDX-License-Identifier: Apache-2.0
#include "recovery/discard.hpp"

#include <fmt/format.h>

#include <utility>

#include "journal/file.hpp"
#include "journal/journal_reader.hpp"
#include "journal/tail_format.hpp"
#include "recovery/found_tail.hpp"

namespace trace::detail::recovery {
namespace {

void remove_tails(const journal::JournalDirectory& directory, std::string_view session) {
  for (const std::string& name :
       directory.names(journal::tail_ending).value_or(std::vector<std::string>())) {
    if (session_of_tail(name) == session) directory.remove(name);
  }
}

// Why it was left alone; empty if it was removed, or has gone.
std::string discard_one(const journal::JournalDirectory& directory, const std::string& name,
                        const Destination& destination, RecoveryReport& report) {
  const std::string path = directory.path_of(name);
  const auto session = journal::session_of(name);
  if (!session) return path + ": is not named after a session, <ULID>.journal";
  LockedOrphan orphan = lock_orphan(directory, name);
  if (!orphan) return std::move(orphan.why);
  auto reader = journal::JournalReader::open(std::move(orphan.file), path);
  if (!reader) return reader.error().text();
  std::string fault = fault_of_header(reader->header(), *session, path, destination);
  if (!fault.empty()) return fault;
  if (!journal::notes_of(reader->header()).empty()) {
    return path + ": its session may have left something running; recover it instead";
  }
  // The lock is ours until the file is removed.
  const auto contents = inspect_journal(path);
  directory.remove(name);
  if (directory.status(name)) return path + ": cannot be removed";
  remove_tails(directory, *session);
  ++report.journals;
  if (contents) report.discarded += contents->unsent;
  return {};
}

}  // namespace

RecoveryReport discard(const journal::JournalDirectory& directory, const Destination& destination) {
  RecoveryReport report;
  const auto names = directory.names(".journal");
  if (!names) {
    report.left.push_back(directory.path() + ": cannot be read");
    return report;
  }
  for (const std::string& name : *names) {
    std::string why = discard_one(directory, name, destination, report);
    if (!why.empty()) report.left.push_back(std::move(why));
  }
  return report;
}

}  // namespace trace::detail::recovery
