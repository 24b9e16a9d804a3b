// SPDX-License-Identifier: Apache-2.0
// FileDescriptor owns a descriptor; Pipe is a pair of them. Used to start children. Not
// thread-safe.
#pragma once

#include <unistd.h>

#include <utility>

namespace trace::child {

class FileDescriptor {
 public:
  FileDescriptor() noexcept = default;
  explicit FileDescriptor(int number) noexcept : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = other.release();
    }
    return *this;
  }
  ~FileDescriptor() { reset(); }

  int get() const noexcept { return number_; }
  int release() noexcept { return std::exchange(number_, -1); }
  void reset() noexcept {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }
  explicit operator bool() const noexcept { return number_ >= 0; }

 private:
  int number_ = -1;
};

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

// Close-on-exec, larger than the default where the system allows it, and never numbered 0 to 2,
// because dup2() gives the child those numbers. Throws std::system_error.
Pipe make_pipe();
FileDescriptor open_null();  // /dev/null for reading, likewise
// Moves it to a number above 2.
FileDescriptor above_standard(FileDescriptor descriptor);

}  // namespace trace::child
