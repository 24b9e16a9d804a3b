// SPDX-License-Identifier: Apache-2.0
#include "journal/file_lock.hpp"

#include <fcntl.h>

#include <thread>

namespace trace::detail::journal {
namespace {

struct flock whole_file(short type) noexcept {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

bool try_lock(int fd) noexcept {
  struct flock lock = whole_file(F_WRLCK);
  return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

void unlock(int fd) noexcept {
  struct flock lock = whole_file(F_UNLCK);
  fcntl(fd, F_OFD_SETLK, &lock);
}

bool is_locked(int fd) noexcept {
  struct flock lock = whole_file(F_WRLCK);
  return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

PatientLock::PatientLock(int fd) noexcept : fd_(fd) {
  if (fd_ < 0) return;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!(held_ = try_lock(fd_)) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

PatientLock::~PatientLock() {
  if (held_) unlock(fd_);
}

}  // namespace trace::detail::journal
