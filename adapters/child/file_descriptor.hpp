// FileDescriptor: the owner of a descriptor, and pipes made of two of them. For whoever starts a
// child. One thread at a time.
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

// Close-on-exec, larger than usual where the system allows, and never one of the numbers 0 to 2:
// a child gets those by dup2(), which must not meet itself. Throws std::system_error.
Pipe make_pipe();
FileDescriptor open_null();  // /dev/null for reading, in the same way
// The same file under a number above 2.
FileDescriptor above_standard(FileDescriptor descriptor);

}  // namespace trace::child
