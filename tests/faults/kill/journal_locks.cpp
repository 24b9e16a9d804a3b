// SPDX-License-Identifier: Apache-2.0
#include "kill/journal_locks.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

namespace trace::testing {
namespace {

bool is_locked(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return false;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool locked = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(fd);
  return locked;
}

}  // namespace

bool locks_another(const std::string& directory, const std::string& own) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string path = entry.path().string();
    if (path.ends_with(".journal") && path != own && is_locked(path)) return true;
  }
  return false;
}

}  // namespace trace::testing
