// SPDX-License-Identifier: Apache-2.0
#include "journal/directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace trace::detail::journal {
namespace {

constexpr std::string_view journal_ending = ".journal";
constexpr mode_t writable_by_others = S_IWGRP | S_IWOTH;

// A NUL-terminated name of a directory's entry, without heap memory.
class EntryName {
 public:
  explicit EntryName(std::string_view name) noexcept {
    const bool sound = !name.empty() && name.size() < sizeof text_ && name != "." && name != ".." &&
                       name.find('/') == std::string_view::npos &&
                       name.find('\0') == std::string_view::npos;
    text_[sound ? name.copy(text_, name.size()) : 0] = '\0';
  }
  explicit operator bool() const noexcept { return text_[0] != '\0'; }
  const char* c_str() const noexcept { return text_; }

 private:
  char text_[NAME_MAX + 1];
};

bool on_network(int fd) noexcept {
  struct statfs info {};
  if (fstatfs(fd, &info) != 0) return false;
  switch (static_cast<unsigned long>(info.f_type)) {
    case 0x6969:      // NFS
    case 0x517B:      // SMB
    case 0xFF534D42:  // CIFS
    case 0xFE534D42:  // SMB2
    case 0x5346414F:  // AFS
    case 0x00C36400:  // Ceph
    case 0x01021997:  // 9P
      return true;
    default:
      return false;
  }
}

bool make_directories(const std::string& path) noexcept {
  for (std::size_t at = 1; at <= path.size(); ++at) {
    if (at != path.size() && path[at] != '/') continue;
    if (mkdir(path.substr(0, at).c_str(), 0700) != 0 && errno != EEXIST) return false;
  }
  return true;
}

std::string owner_and_mode(const struct stat& info) {
  return fmt::format("owner uid {}, mode {:04o}", info.st_uid, info.st_mode & 07777);
}

// The reason why other users could have written this; empty: they could not.
std::string distrust(const struct stat& info) {
  if (info.st_uid != geteuid()) {
    return fmt::format("does not belong to uid {}, which this process runs as ({})", geteuid(),
                       owner_and_mode(info));
  }
  if ((info.st_mode & writable_by_others) != 0) {
    return fmt::format("is writable by group or others ({}): chmod go-w", owner_and_mode(info));
  }
  return {};
}

std::string fault_of_file(const struct stat& info) {
  if (S_ISLNK(info.st_mode)) {
    return fmt::format("is a symbolic link, which is not followed ({}): remove it",
                       owner_and_mode(info));
  }
  if (!S_ISREG(info.st_mode)) {
    return fmt::format("is not a regular file ({}): remove it", owner_and_mode(info));
  }
  if (std::string why = distrust(info); !why.empty()) return why;
  if (info.st_nlink > 1) {
    return fmt::format("has {} hard links ({}): remove the others", info.st_nlink,
                       owner_and_mode(info));
  }
  return {};
}

// If anybody may rename the entries of a directory above ours, anybody can replace our directory.
std::string fault_of_parents(std::string parent) {
  while (parent.size() > 1) {
    parent.resize(std::max<std::size_t>(parent.rfind('/'), 1));
    struct stat info {};
    if (stat(parent.c_str(), &info) != 0) return parent + ": " + std::strerror(errno);
    if ((info.st_mode & S_IWOTH) != 0 && (info.st_mode & S_ISVTX) == 0) {
      return fmt::format("is in {}, where anybody can replace it ({}): chmod o-w or chmod +t",
                         parent, owner_and_mode(info));
    }
  }
  return {};
}

// Checks the path as given and the one that its links lead to: both can be replaced.
std::string fault_above(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr),
                                                         &std::free);
  std::error_code error;
  const std::filesystem::path given = std::filesystem::absolute(path, error);
  if (real == nullptr || error) return std::strerror(errno);
  std::string why = fault_of_parents(real.get());
  return why.empty() ? fault_of_parents(given.string()) : why;
}

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

Result<SharedDirectory> JournalDirectory::make(const std::string& path) {
  if (path.empty()) {
    return Error("journal_dir", "no directory: set SHIPTRACE_JOURNAL_DIR or HOME");
  }
  if (!make_directories(path)) return Error("journal_dir", path + ": " + std::strerror(errno));
  auto opened = open(path);
  if (opened && *opened == nullptr) return Error("journal_dir", path + ": does not exist");
  return opened;
}

Result<SharedDirectory> JournalDirectory::open(const std::string& given) {
  const std::string path = without_slashes(given);
  if (path.empty()) return SharedDirectory();
  FileDescriptor fd(
      open_above_standard(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  if (!fd) {
    if (errno == ENOENT) return SharedDirectory();
    const int error = errno;
    struct stat info {};
    const bool is_link = lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
    return Error("journal_dir", path + (is_link ? ": is a symbolic link, which is not followed: "
                                                  "name the directory itself"
                                                : fmt::format(": {}", std::strerror(error))));
  }
  SharedDirectory directory(new JournalDirectory(std::move(fd), path));
  std::string why = directory->fault();
  if (why.empty()) why = fault_above(path);
  if (!why.empty()) return Error("journal_dir", path + ": " + why);
  return directory;
}

JournalDirectory::JournalDirectory(FileDescriptor fd, std::string path)
    : fd_(std::move(fd)), live_(LiveFiles::add(fd_.get(), nullptr, 0)), path_(std::move(path)) {}

std::string JournalDirectory::fault() const {
  struct stat info {};
  if (fstat(fd_.get(), &info) != 0) return std::strerror(errno);
  if (std::string why = distrust(info); !why.empty()) return why;
  if (faccessat(fd_.get(), ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0) return std::strerror(errno);
  if (on_network(fd_.get())) return "is on a network file system";
  return {};
}

std::string JournalDirectory::path_of(std::string_view name) const {
  return fmt::format("{}/{}", path_, name);
}

bool JournalDirectory::is_at_its_path() const noexcept {
  struct stat named {};
  struct stat held {};
  return lstat(path_.c_str(), &named) == 0 && fstat(fd_.get(), &held) == 0 &&
         named.st_ino == held.st_ino && named.st_dev == held.st_dev;
}

std::optional<std::vector<std::string>> JournalDirectory::names(std::string_view ending) const {
  std::vector<std::string> found;
  const int fd = open_above_standard(fd_.get(), ".", O_RDONLY | O_DIRECTORY);
  DIR* entries = fd < 0 ? nullptr : fdopendir(fd);
  if (entries == nullptr) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    errno = error;
    return std::nullopt;
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> closing(entries, closedir);
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(entries);
    if (entry == nullptr && errno != 0) return std::nullopt;
    if (entry == nullptr) break;
    const std::string_view name(entry->d_name);
    if (EntryName(name) && name.ends_with(ending)) found.emplace_back(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<struct stat> JournalDirectory::status(std::string_view name) const noexcept {
  struct stat info {};
  const EntryName entry(name);
  if (!entry || fstatat(fd_.get(), entry.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return std::nullopt;
  }
  return info;
}

bool JournalDirectory::leads_to(std::string_view name, int fd) const noexcept {
  struct stat held {};
  const auto named = status(name);
  return named && fstat(fd, &held) == 0 && named->st_ino == held.st_ino &&
         named->st_dev == held.st_dev;
}

OpenedFile JournalDirectory::open_file(std::string_view name, int flags) const {
  const auto refuse = [&](std::string_view why, bool missing = false) {
    return OpenedFile{{}, missing, false, fmt::format("{}: {}", path_of(name), why)};
  };
  const EntryName entry(name);
  if (!entry) return refuse("is not the name of a file");
  // Checked before it is opened: opening alone can block on a FIFO or trigger a device.
  if (const auto found = status(name)) {
    if (std::string why = fault_of_file(*found); !why.empty()) return refuse(why);
  }
  FileDescriptor file(open_above_standard(fd_.get(), entry.c_str(),
                                          flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600));
  if (!file) {
    const int error = errno;
    OpenedFile refused = refuse(std::strerror(error), error == ENOENT);
    refused.exhausted = error == EMFILE || error == ENFILE || error == ENOMEM;
    return refused;
  }
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return refuse(std::strerror(errno));
  if (std::string why = fault_of_file(info); !why.empty()) return refuse(why);
  return {std::move(file), false, false, {}};
}

bool JournalDirectory::rename(std::string_view from, std::string_view to) const noexcept {
  const EntryName source(from);
  const EntryName target(to);
  return source && target && renameat(fd_.get(), source.c_str(), fd_.get(), target.c_str()) == 0;
}

bool JournalDirectory::move(std::string_view name, const JournalDirectory& to) const noexcept {
  const EntryName entry(name);
  return entry && renameat(fd_.get(), entry.c_str(), to.fd_.get(), entry.c_str()) == 0;
}

bool JournalDirectory::remove(std::string_view name) const noexcept {
  const EntryName entry(name);
  return entry && unlinkat(fd_.get(), entry.c_str(), 0) == 0;
}

Result<SharedDirectory> JournalDirectory::folder(std::string_view name) const {
  const std::string path = path_of(name);
  const EntryName entry(name);
  const auto refuse = [&](std::string_view why) { return Error(path, std::string(why)); };
  if (!entry) return refuse("is not the name of a directory");
  if (mkdirat(fd_.get(), entry.c_str(), 0700) != 0 && errno != EEXIST) {
    return refuse(std::strerror(errno));
  }
  FileDescriptor fd(
      open_above_standard(fd_.get(), entry.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  if (!fd) return refuse(std::strerror(errno));
  SharedDirectory found(new JournalDirectory(std::move(fd), path));
  if (std::string why = found->fault(); !why.empty()) return refuse(why);
  return found;
}

std::string journal_name(std::string_view session) {
  return fmt::format("{}{}", session, journal_ending);
}

std::optional<std::string_view> session_of(std::string_view journal_name) noexcept {
  if (!journal_name.ends_with(journal_ending)) return std::nullopt;
  journal_name.remove_suffix(journal_ending.size());
  if (!is_session_id(journal_name)) return std::nullopt;
  return journal_name;
}

bool is_session_id(std::string_view text) noexcept {
  constexpr std::size_t ulid_length = 26;
  return text.size() == ulid_length && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

}  // namespace trace::detail::journal
