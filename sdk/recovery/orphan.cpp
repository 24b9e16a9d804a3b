#include "recovery/orphan.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>

#include "capture/tail_format.hpp"
#include "journal/descriptor.hpp"

namespace trace::detail {
namespace {

// A start needs milliseconds from creating its file to naming it.
constexpr time_t unfinished_after_seconds = 600;

bool is_old(const std::string& path) noexcept {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 &&
         std::time(nullptr) - info.st_mtime >= unfinished_after_seconds;
}

std::vector<std::string> files_ending_in(const std::string& directory, std::string_view ending) {
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    std::string path = at->path().string();
    if (path.ends_with(ending)) paths.push_back(std::move(path));
  }
  // ULIDs sort by their time.
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

std::vector<std::string> journals_in(const std::string& directory) {
  return files_ending_in(directory, ".journal");
}

std::optional<int> lock_orphan(const std::string& path) {
  const int fd = open_above_standard(path, O_RDWR | O_NOFOLLOW);
  if (fd < 0) return std::nullopt;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  struct stat opened {};
  struct stat named {};
  // Between open and lock another process may have adopted and removed it.
  if (fcntl(fd, F_OFD_SETLK, &lock) != 0 || fstat(fd, &opened) != 0 ||
      stat(path.c_str(), &named) != 0 || opened.st_ino != named.st_ino ||
      opened.st_dev != named.st_dev) {
    ::close(fd);
    return std::nullopt;
  }
  return fd;
}

void remove_leftovers(const std::string& directory) {
  for (const std::string& path : files_ending_in(directory, ".journal.new")) {
    if (!is_old(path)) continue;
    if (const auto fd = lock_orphan(path)) {
      unlink(path.c_str());
      ::close(*fd);
    }
  }
  for (const std::string& path : files_ending_in(directory, tail_ending)) {
    const std::string journal = path.substr(0, path.rfind('-')) + ".journal";
    if (access(journal.c_str(), F_OK) != 0 && errno == ENOENT && is_old(path)) unlink(path.c_str());
  }
}

}  // namespace trace::detail
