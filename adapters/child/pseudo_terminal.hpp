// A pseudo terminal: what the child has as its terminal, and our end of it. For whoever starts a
// child. One thread at a time.
#pragma once

#include <trace/capture.hpp>

#include "child/file_descriptor.hpp"

namespace trace::child {

struct PseudoTerminal {
  FileDescriptor ours;    // yields what the child writes, takes what is typed
  FileDescriptor childs;  // its stdin, stdout and stderr
};

// Both ends as make_pipe() makes them. A raw one adds no \r to what is written, echoes nothing and
// gives no meaning to what is typed. Throws std::system_error.
PseudoTerminal make_terminal(const TerminalSize& size, bool raw);

// What is typed to say "end of file": at the beginning of a line, twice anywhere else.
inline constexpr char end_of_file = 0x04;

}  // namespace trace::child
