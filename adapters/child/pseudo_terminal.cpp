// SPDX-License-Identifier: Apache-2.0
#include "child/pseudo_terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace trace::child {
namespace {

[[noreturn]] void fail() {
  throw std::system_error(errno, std::generic_category(), "cannot create a pseudo terminal");
}

}  // namespace

PseudoTerminal make_terminal(const TerminalSize& size, bool raw) {
  FileDescriptor ours(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!ours) fail();
  char name[64];
  if (::grantpt(ours.get()) != 0 || ::unlockpt(ours.get()) != 0 ||
      ::ptsname_r(ours.get(), name, sizeof name) != 0) {
    fail();
  }
  FileDescriptor childs(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  winsize window{};
  window.ws_row = size.rows;
  window.ws_col = size.columns;
  if (!childs || ::ioctl(childs.get(), TIOCSWINSZ, &window) != 0) fail();
  if (raw) {
    termios settings{};
    if (::tcgetattr(childs.get(), &settings) != 0) fail();
    ::cfmakeraw(&settings);
    if (::tcsetattr(childs.get(), TCSANOW, &settings) != 0) fail();
  }
  return {above_standard(std::move(ours)), above_standard(std::move(childs))};
}

}  // namespace trace::child
