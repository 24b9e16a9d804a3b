// launch(): between the parent and the program. Makes the child with clone(2) and prepares it: its
// process group, its end when we end, its standard streams, its signals.
//
// The child runs in our memory, on a stack of its own, until it executes the program; the calling
// thread stands still until then (CLONE_VM, CLONE_VFORK, as posix_spawn(3) does). So nothing of a
// large host is copied, its handlers of pthread_atfork(3) do not run, the reason of a failure needs
// no pipe, and the process is watched (CLONE_PIDFD) from its first instant. Any thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "child/file_descriptor.hpp"

namespace trace::child {

// What the child gets as its standard streams; none of the numbers is 0, 1 or 2.
struct Streams {
  int in = -1;  // negative: /dev/null
  int out = -1;
  int err = -1;
  bool terminal = false;  // all of them are its terminal
};

struct Launched {
  enum class At { nowhere, preparation, exec };
  pid_t pid = -1;        // negative: no process could be made
  FileDescriptor ended;  // the pidfd
  At failed_at = At::nowhere;
  int error = 0;
};

// `directory`: a descriptor, or negative for ours. The child of a failure has to be reaped, too.
Launched launch(const std::string& path, const std::vector<std::string>& argv,
                const Streams& streams, int directory);

}  // namespace trace::child
