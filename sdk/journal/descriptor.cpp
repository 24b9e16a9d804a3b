// SPDX-License-Identifier: Apache-2.0
#include "journal/descriptor.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
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

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int open_above_standard(int directory, const char* path, int flags, unsigned mode) noexcept {
  const int fd = openat(directory, path, flags | O_CLOEXEC, mode);
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int error = errno;
  ::close(fd);
  errno = error;
  return above;
}

bool read_fully(int fd, void* to, std::size_t bytes, std::uint64_t offset) noexcept {
  auto* at = static_cast<char*>(to);
  while (bytes > 0) {
    const ssize_t n = pread(fd, at, bytes, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    bytes -= static_cast<std::size_t>(n);
    offset += static_cast<std::uint64_t>(n);
  }
  return true;
}

bool exceeds_file_size_limit(std::uint64_t bytes) noexcept {
  rlimit limit{};
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
         bytes > limit.rlim_cur;
}

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
