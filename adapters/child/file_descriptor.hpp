// SPDX-License-Identifier: Apache-2.0
// FileDescriptor owns a descriptor; Pipe and PseudoTerminal connect a child. All that is opened
// here is close-on-exec and never numbered 0 to 2, because dup2() gives the child those numbers.
// Failures throw std::system_error. Not thread-safe.
#pragma once

#include <unistd.h>
#include <trace/capture.hpp>

#include <string_view>
#include <utility>

namespace trace::child {

class FileDescriptor {
 public:
  FileDescriptor() noexcept = default;
  explicit FileDescriptor(int number) noexcept : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor other) noexcept {
    std::swap(number_, other.number_);
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

[[noreturn]] void throw_errno(const char* what);

// Moves it to a number above 2.
FileDescriptor above_standard(FileDescriptor descriptor);
// The same for the result of a system call, which has failed if it is negative.
FileDescriptor opened(int number, const char* what_failed);

// False with errno if not all of it could be written.
bool write_all(const FileDescriptor& file, std::string_view text) noexcept;

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

// Larger than the default where the system allows it.
Pipe make_pipe();

struct PseudoTerminal {
  FileDescriptor ours;    // reads what the child writes, writes its input
  FileDescriptor childs;  // its stdin, stdout and stderr
};

// A raw terminal does no output processing (\r), no echo and no interpretation of input.
PseudoTerminal make_terminal(const TerminalSize& size, bool raw);

}  // namespace trace::child
