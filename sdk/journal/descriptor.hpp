// SPDX-License-Identifier: Apache-2.0
// FileDescriptor: a descriptor that closes itself. open_above_standard() opens files above the
// three standard descriptors: if the host has closed one of these, a later print to "stderr" would
// end up in our file. Locks of whole files are owned by the open file (F_OFD_SETLK): a session's
// journal, the directory's budget, the dead letters. They are released with the descriptor, however
// its process dies. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace trace::detail::journal {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();

  explicit operator bool() const noexcept { return fd_ >= 0; }
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// Like openat(2), close-on-exec. Negative with errno on failure.
int open_above_standard(int directory, const char* path, int flags, unsigned mode = 0) noexcept;

// Like pread(2), but false unless all bytes were read.
bool read_fully(int fd, void* to, std::size_t bytes, std::uint64_t offset) noexcept;

// Whether a file of this length would exceed this process's limit. Writing there would raise
// SIGXFSZ.
bool exceeds_file_size_limit(std::uint64_t bytes) noexcept;

// Locks the whole file. False if another open file holds the lock.
bool try_lock(int fd) noexcept;
void unlock(int fd) noexcept;
// Whether another open file holds it.
bool is_locked(int fd) noexcept;

// Waits for a lock with a time limit, because its owner may be a stopped process. Unlocks at the
// end of the scope.
class PatientLock {
 public:
  static constexpr std::chrono::milliseconds patience{50};

  // A negative descriptor cannot be locked.
  explicit PatientLock(int fd) noexcept;
  ~PatientLock();
  PatientLock(const PatientLock&) = delete;
  PatientLock& operator=(const PatientLock&) = delete;

  bool held() const noexcept { return held_; }

 private:
  const int fd_;
  bool held_ = false;
};

}  // namespace trace::detail::journal
