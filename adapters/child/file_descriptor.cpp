// SPDX-License-Identifier: Apache-2.0
#include "child/file_descriptor.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>
#include <system_error>

namespace trace::child {
namespace {

// Lets a bursty child block less, and us read more at a time.
constexpr int pipe_bytes = 1 << 20;

}  // namespace

void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

FileDescriptor above_standard(FileDescriptor descriptor) {
  if (descriptor.get() > STDERR_FILENO) return descriptor;
  FileDescriptor above(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!above) throw_errno("cannot duplicate a descriptor");
  return above;
}

FileDescriptor opened(int number, const char* what_failed) {
  if (number < 0) throw_errno(what_failed);
  return above_standard(FileDescriptor(number));
}

bool write_all(const FileDescriptor& file, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("cannot create a pipe");
  FileDescriptor read(ends[0]);
  FileDescriptor write(ends[1]);
  Pipe pipe{above_standard(std::move(read)), above_standard(std::move(write))};
  // Fails if the user's pipes exceed the limit; the pipe then keeps its size.
  ::fcntl(pipe.write.get(), F_SETPIPE_SZ, pipe_bytes);
  return pipe;
}

PseudoTerminal make_terminal(const TerminalSize& size, bool raw) {
  constexpr const char* failed = "cannot create a pseudo terminal";
  FileDescriptor ours = opened(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), failed);
  if (::unlockpt(ours.get()) != 0) throw_errno(failed);
  FileDescriptor childs =
      opened(::ioctl(ours.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC), failed);
  winsize window{};
  window.ws_row = size.rows;
  window.ws_col = size.columns;
  if (::ioctl(childs.get(), TIOCSWINSZ, &window) != 0) throw_errno(failed);
  if (raw) {
    termios settings{};
    if (::tcgetattr(childs.get(), &settings) != 0) throw_errno(failed);
    ::cfmakeraw(&settings);
    if (::tcsetattr(childs.get(), TCSANOW, &settings) != 0) throw_errno(failed);
  }
  return {std::move(ours), std::move(childs)};
}

}  // namespace trace::child
