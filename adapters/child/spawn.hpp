// spawn(): the one place where a process is made. No shell, its own process group, nothing of ours
// but the three standard streams, and no life longer than ours.
#pragma once

#include <sys/types.h>
#include <trace/capture.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "child/file_descriptor.hpp"
#include "child/program.hpp"

namespace trace::child {

struct Command {
  std::vector<std::string> argv;
  std::string working_directory = {};  // empty: ours
  Input input = {};
  std::optional<TerminalSize> terminal = {};
  bool raw_terminal =
      false;  // it passes bytes on as they are: behind the child is another terminal
};

struct Spawned {
  pid_t pid = -1;           // also of its process group, and of its session on a terminal
  FileDescriptor ended;     // a pidfd: readable once the process has ended
  FileDescriptor out, err;  // what it writes; on a terminal all comes from `out`
  FileDescriptor in;        // where the input is to be written; empty: the child has it
};

// The kernel kills the child when the calling thread ends, so call it from the thread that waits.
// Its signals are as after a login. The pid is not reaped here. At most five descriptors are open
// at a time without an input or a terminal, and three of them stay.
std::variant<Spawned, StartFailure> spawn(const Command& command);

}  // namespace trace::child
