// SPDX-License-Identifier: Apache-2.0
#include "child/file_descriptor.hpp"

#include <fcntl.h>

#include <cerrno>
#include <system_error>

namespace trace::child {
namespace {

// Lets a bursty child block less, and us read more at a time.
constexpr int pipe_bytes = 1 << 20;
constexpr int first_above_standard = 3;

FileDescriptor checked(int number, const char* what) {
  if (number < 0) throw std::system_error(errno, std::generic_category(), what);
  return FileDescriptor(number);
}

}  // namespace

FileDescriptor above_standard(FileDescriptor descriptor) {
  if (descriptor.get() >= first_above_standard) return descriptor;
  return checked(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, first_above_standard),
                 "cannot duplicate a descriptor");
}

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot create a pipe");
  }
  FileDescriptor read(ends[0]);
  FileDescriptor write(ends[1]);
  Pipe pipe{above_standard(std::move(read)), above_standard(std::move(write))};
  // Fails if the user's pipes exceed the limit; the pipe then keeps its size.
  ::fcntl(pipe.write.get(), F_SETPIPE_SZ, pipe_bytes);
  return pipe;
}

FileDescriptor open_null() {
  return above_standard(
      checked(::open("/dev/null", O_RDONLY | O_CLOEXEC), "cannot open /dev/null"));
}

}  // namespace trace::child
