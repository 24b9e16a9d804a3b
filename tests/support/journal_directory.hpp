// SPDX-License-Identifier: Apache-2.0
// The journal directory of a test as the SDK opens it, and paths of its contents. Throws if it
// may not be opened.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "journal/directory.hpp"
#include "recovery/adoptions.hpp"
#include "recovery/found_tail.hpp"

namespace trace::testing {

inline detail::journal::SharedDirectory journal_directory(const std::filesystem::path& path) {
  auto directory = detail::journal::JournalDirectory::make(path.string());
  if (!directory) throw std::runtime_error(directory.error().text());
  return *directory;
}

// Oldest first.
inline std::vector<std::string> journal_paths(const std::filesystem::path& path) {
  const auto directory = journal_directory(path);
  const std::vector<std::string> none;
  std::vector<std::string> paths;
  for (const std::string& name : directory->names(".journal").value_or(none)) {
    paths.push_back(directory->path_of(name));
  }
  return paths;
}

inline std::vector<std::string> tail_paths(const std::string& journal) {
  const std::filesystem::path path(journal);
  const auto directory = journal_directory(path.parent_path());
  const std::vector<std::string> none;
  std::vector<std::string> paths;
  for (const std::string& name :
       detail::recovery::tails_of(*directory, path.stem().string()).value_or(none)) {
    paths.push_back(directory->path_of(name));
  }
  return paths;
}

inline detail::recovery::LockedOrphan lock_orphan_at(const std::string& journal) {
  const std::filesystem::path path(journal);
  return detail::recovery::lock_orphan(*journal_directory(path.parent_path()),
                                       path.filename().string());
}

}  // namespace trace::testing
