// SPDX-License-Identifier: Apache-2.0
// A pseudo terminal for a child. Not thread-safe.
#pragma once

#include <trace/capture.hpp>

#include "child/file_descriptor.hpp"

namespace trace::child {

struct PseudoTerminal {
  FileDescriptor ours;    // reads what the child writes, writes its input
  FileDescriptor childs;  // its stdin, stdout and stderr
};

// Both ends have the properties of make_pipe(). A raw terminal does no output processing (\r), no
// echo and no interpretation of input. Throws std::system_error.
PseudoTerminal make_terminal(const TerminalSize& size, bool raw);

// Ctrl-D: means end of file at the beginning of a line, and when sent twice elsewhere.
inline constexpr char end_of_file = 0x04;

}  // namespace trace::child
