// SPDX-License-Identifier: Apache-2.0
#include "docker/containers_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

namespace trace::docker {
namespace {

using child::FileDescriptor;

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// Whether the removal must stop.
using Enough = std::function<bool()>;

// The entries that can be read in time: the directory may be growing.
std::vector<std::string> entries_of(int directory, const Enough& enough) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(fmt::format("/proc/self/fd/{}", directory), error);
  for (; !error && entry != std::filesystem::directory_iterator() && !enough();
       entry.increment(error)) {
    names.push_back(entry->path().filename());
  }
  return names;
}

bool remove_entry(int directory, const std::string& name) noexcept {
  return ::unlinkat(directory, name.c_str(), 0) == 0 ||
         ::unlinkat(directory, name.c_str(), AT_REMOVEDIR) == 0;
}

// One pass: entries of a subdirectory of `top` are removed or moved up to `top`, where the next
// pass finds them. Returns false if nothing could be done or the removal must stop.
bool flatten(int top, std::uint64_t& number, const Enough& enough) {
  bool progress = false;
  for (const std::string& name : entries_of(top, enough)) {
    if (enough()) return false;
    if (remove_entry(top, name)) {
      progress = true;
      continue;
    }
    const FileDescriptor inner = open_directory(top, name.c_str());
    if (!inner) continue;
    for (const std::string& below : entries_of(inner.get(), enough)) {
      if (enough()) return false;
      progress = remove_entry(inner.get(), below) ||
                 ::renameat(inner.get(), below.c_str(), top,
                            fmt::format(".shiptrace-{}", ++number).c_str()) == 0 ||
                 progress;
    }
    progress = ::unlinkat(top, name.c_str(), AT_REMOVEDIR) == 0 || progress;
  }
  return progress;
}

}  // namespace

FileDescriptor open_directory(int parent, const char* name) {
  return FileDescriptor(::openat(parent, name, directory_flags));
}

FileDescriptor open_journal_directory(std::string_view journal, std::string& why) {
  const std::string path = std::filesystem::path(journal).parent_path().string();
  FileDescriptor directory(::open(path.empty() ? "." : path.c_str(), directory_flags));
  struct stat info {};
  if (!directory || ::fstat(directory.get(), &info) != 0) {
    why = fmt::format("{}: {}", path, std::generic_category().message(errno));
    return {};
  }
  if (info.st_uid != ::geteuid() || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    why = fmt::format(
        "{}: owned by another user or writable by others (owner uid {}, "
        "mode {:04o}): chmod go-w",
        path, info.st_uid, info.st_mode & 07777);
    errno = EPERM;
    return {};
  }
  return directory;
}

FileDescriptor make_directory(int parent, const std::string& name, unsigned mode) {
  if (::mkdirat(parent, name.c_str(), mode) != 0 && errno != EEXIST) return {};
  FileDescriptor made = open_directory(parent, name.c_str());
  struct stat info {};
  if (!made || ::fstat(made.get(), &info) != 0) return {};
  if (info.st_uid != ::geteuid()) {
    errno = EPERM;
    return {};
  }
  // Regardless of the umask.
  if (::fchmod(made.get(), mode) != 0) return {};
  return made;
}

bool remove_tree(int parent, const std::string& name,
                 const std::function<bool()>& give_up) noexcept {
  if (remove_entry(parent, name) || errno == ENOENT) return true;
  try {
    const FileDescriptor top = open_directory(parent, name.c_str());
    if (!top) return false;
    const auto end = std::chrono::steady_clock::now() + most_time_for_removal;
    const Enough enough = [&] {
      return std::chrono::steady_clock::now() >= end || (give_up && give_up());
    };
    std::uint64_t number = 0;
    while (!enough() && flatten(top.get(), number, enough)) {
    }
    return ::unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0;
  } catch (...) {  // no memory
    return false;
  }
}

void remove_files_of_session(int journal_directory, const std::string& session,
                             const std::function<bool()>& give_up) noexcept {
  if (journal_directory < 0 || session.empty()) return;
  const FileDescriptor containers = open_directory(journal_directory, "containers");
  if (!containers) return;
  remove_tree(containers.get(), session, give_up);
  ::unlinkat(journal_directory, "containers", AT_REMOVEDIR);
}

}  // namespace trace::docker
