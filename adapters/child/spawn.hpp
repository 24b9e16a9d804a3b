// SPDX-License-Identifier: Apache-2.0
// spawn(): the only place that creates a process: without a shell, in a process group of its own,
// with no descriptor of ours but the three standard streams, and killed when we die.
#pragma once

#include <sys/types.h>
#include <trace/capture.hpp>

#include <cerrno>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "child/file_descriptor.hpp"

namespace trace::child {

// Descriptors, processes, threads or memory are exhausted. That does not depend on the program that
// was to be run, so it has a code of its own and may be retried.
inline constexpr const char* resource_exhausted = "RESOURCE_EXHAUSTED";

// EAGAIN comes from fork(), exec and thread creation at a limit on processes; ENOSPC means that no
// pseudo terminal or disk space is left.
constexpr bool is_exhaustion(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == EAGAIN || error == ENOMEM ||
         error == ENOSPC || error == ENOBUFS;
}

struct StartFailure {
  std::string code;  // COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE or RESOURCE_EXHAUSTED
  std::string text;  // one line, human readable
};

struct Command {
  // A program without '/' is looked up in PATH, whose relative entries are those of the child's
  // working directory.
  std::vector<std::string> argv;
  std::string working_directory = {};  // empty: ours
  Input input = {};
  std::optional<TerminalSize> terminal = {};
  bool raw_terminal = false;  // the child passes bytes through to a terminal of its own
};

struct Spawned {
  pid_t pid = -1;           // also the id of its process group and, with a terminal, of its session
  FileDescriptor ended;     // a pidfd: readable once the process has ended
  FileDescriptor out, err;  // its output; with a terminal all of it is in `out`
  FileDescriptor in;        // to write its input to; empty: the child reads a file
};

// The kernel kills the child when the calling thread ends, so call it from the thread that waits.
// The child's signals have their default actions. The caller has to reap it. Needs at most five
// descriptors at a time without input and terminal; three stay open.
std::variant<Spawned, StartFailure> spawn(const Command& command);

}  // namespace trace::child
