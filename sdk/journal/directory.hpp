// JournalDirectory: the journal directory, held by one descriptor. Everything that touches a file
// in it (journals, tails, dead letters, quarantine, the lock of the budget) goes through this class
// by the file's name, so that nothing outside of the directory is ever opened, made or removed.
//
// Whoever can write here decides what we send and what we remove. So the directory and each file
// must belong to the effective user and must not be writable by group or others; symbolic links are
// not followed, and what is not a regular file is not opened. SECURITY.md says what follows.
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

// A file that was opened, or the reason why not.
struct OpenedFile {
  FileDescriptor file = {};
  bool missing = false;    // there is no file of that name
  bool exhausted = false;  // no descriptor or no memory is left: trying again later may help
  std::string why = {};    // one line with the path

  explicit operator bool() const noexcept { return static_cast<bool>(file); }
};

class JournalDirectory {
 public:
  // Opens the directory; `make`: creates it and its parents (mode 0700) when they are missing.
  // Fails when it cannot be made, is not ours, is writable by others or has a parent in which
  // anybody may replace it, cannot be written, or lies on a network file system, whose locks may
  // hold on one machine only.
  static Result<SharedDirectory> make(const std::string& path);
  // The same, null when there is no such directory.
  static Result<SharedDirectory> open(const std::string& path);

  JournalDirectory(const JournalDirectory&) = delete;
  JournalDirectory& operator=(const JournalDirectory&) = delete;

  // As the configuration names it, for people and for labels.
  const std::string& path() const noexcept { return path_; }
  std::string path_of(std::string_view name) const;
  int descriptor() const noexcept { return fd_.get(); }
  // Whether the path still leads here.
  bool is_at_its_path() const noexcept;

  // Names that end in this, sorted: ULIDs by their time. Nothing, with errno, when the directory
  // cannot be read now: no descriptors are left, for example.
  std::optional<std::vector<std::string>> names(std::string_view ending = {}) const;
  // What has this name; a symbolic link itself, not what it leads to.
  std::optional<struct stat> status(std::string_view name) const noexcept;
  // Whether the name means the file that is open as `fd`.
  bool leads_to(std::string_view name, int fd) const noexcept;

  // Opens a regular file that only we can have written; with O_CREAT made with mode 0600.
  OpenedFile open_file(std::string_view name, int flags) const;
  bool rename(std::string_view from, std::string_view to) const noexcept;
  bool move(std::string_view name, const JournalDirectory& to) const noexcept;
  // Removes a file or a link, never a directory.
  bool remove(std::string_view name) const noexcept;

  // A directory in this one, checked in the same way; made when it is missing.
  Result<SharedDirectory> folder(std::string_view name) const;

 private:
  JournalDirectory(FileDescriptor fd, std::string path);
  std::string fault() const;

  FileDescriptor fd_;
  LiveFileHandle live_;
  const std::string path_;
};

// "<session>.journal", for a session's ULID; the ULID of such a name, or nothing.
std::string journal_name(std::string_view session);
std::optional<std::string_view> session_of(std::string_view journal_name) noexcept;
// Whether this can be a session's ULID: it becomes part of ids and of file names.
bool is_session_id(std::string_view text) noexcept;

}  // namespace trace::detail::journal
