// SPDX-License-Identifier: Apache-2.0
// JournalDirectory: the journal directory, held by one descriptor. All access to files in it
// (journals, tails, dead letters, quarantine, the lock of the budget) uses this class and the
// file's name, so that nothing outside of the directory is ever opened, created or removed.
//
// A user who can write here decides what we send and what we remove. So the directory and each file
// must belong to the effective user and must not be writable by group or others; symbolic links are
// not followed, and only regular files are opened. SECURITY.md has the consequences.
//
// Thread-safe. A child of fork() must not use its parent's: the descriptor is closed there.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <trace/result.hpp>

#include "journal/descriptor.hpp"
#include "journal/live_files.hpp"

namespace trace::detail::journal {

class JournalDirectory;
using SharedDirectory = std::shared_ptr<const JournalDirectory>;

// An open file, or the reason why it could not be opened.
struct OpenedFile {
  FileDescriptor file = {};
  bool missing = false;    // no file of that name
  bool exhausted = false;  // no descriptor or memory is left: may succeed later
  std::string why = {};    // one line with the path

  explicit operator bool() const noexcept { return static_cast<bool>(file); }
};

class JournalDirectory {
 public:
  // Opens the directory; make() creates it and its parents (mode 0700) if they are missing. Fails
  // if it cannot be created, is not ours, is writable by others, has a parent in which anybody may
  // replace it, is not writable, or is on a network file system, whose locks may hold on one
  // machine only.
  static Result<SharedDirectory> make(const std::string& path);
  // Like make(), but null if there is no such directory.
  static Result<SharedDirectory> open(const std::string& path);

  JournalDirectory(const JournalDirectory&) = delete;
  JournalDirectory& operator=(const JournalDirectory&) = delete;

  // As in the configuration, for messages and labels.
  const std::string& path() const noexcept { return path_; }
  std::string path_of(std::string_view name) const;
  int descriptor() const noexcept { return fd_.get(); }
  // Whether the path still leads here.
  bool is_at_its_path() const noexcept;

  // Names with this ending, sorted (ULIDs by time). Nullopt, with errno, if the directory cannot be
  // read, for lack of descriptors for example.
  std::optional<std::vector<std::string>> names(std::string_view ending = {}) const;
  // Status of the entry; of a symbolic link itself, not of its target.
  std::optional<struct stat> status(std::string_view name) const noexcept;
  // Whether the name refers to the file that is open as `fd`.
  bool leads_to(std::string_view name, int fd) const noexcept;

  // Opens a regular file that only we can have written; O_CREAT creates it with mode 0600.
  OpenedFile open_file(std::string_view name, int flags) const;
  bool rename(std::string_view from, std::string_view to) const noexcept;
  bool move(std::string_view name, const JournalDirectory& to) const noexcept;
  // Removes a file or a link, never a directory.
  bool remove(std::string_view name) const noexcept;

  // A directory in this one, with the same checks; created if missing.
  Result<SharedDirectory> folder(std::string_view name) const;

 private:
  JournalDirectory(FileDescriptor fd, std::string path);
  std::string fault() const;

  FileDescriptor fd_;
  LiveFileHandle live_;
  const std::string path_;
};

// The disk space that a file takes.
inline std::uint64_t disk_bytes(const struct stat& info) noexcept {
  return static_cast<std::uint64_t>(info.st_blocks) * 512;
}

// "<session>.journal" for a session's ULID, and the reverse.
std::string journal_name(std::string_view session);
std::optional<std::string_view> session_of(std::string_view journal_name) noexcept;
// Whether this is a valid ULID: it becomes part of ids and of file names.
bool is_session_id(std::string_view text) noexcept;

}  // namespace trace::detail::journal
