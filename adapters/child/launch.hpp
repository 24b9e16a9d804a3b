// SPDX-License-Identifier: Apache-2.0
// launch(): creates the child with clone(2) and prepares it between clone and exec: process group,
// parent-death signal, standard streams, signals.
//
// The child runs in our memory, on a stack of its own, until it calls exec; the calling thread is
// suspended until then (CLONE_VM, CLONE_VFORK, like posix_spawn(3)). So a large host is not copied,
// its pthread_atfork(3) handlers do not run, the reason of a failure needs no pipe, and a pidfd
// exists from the start (CLONE_PIDFD). Any thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "child/file_descriptor.hpp"

namespace trace::child {

// The child's standard streams; none of the numbers is 0, 1 or 2.
struct Streams {
  int in = -1;  // negative: /dev/null
  int out = -1;
  int err = -1;
  bool terminal = false;  // all of them are one terminal
};

struct Launched {
  enum class At { nowhere, preparation, exec };
  pid_t pid = -1;        // negative: no process was created
  FileDescriptor ended;  // the pidfd
  At failed_at = At::nowhere;
  int error = 0;
};

// `directory`: a descriptor; negative: our working directory. After a failure the child still has
// to be reaped.
Launched launch(const std::string& path, const std::vector<std::string>& argv,
                const Streams& streams, int directory);

}  // namespace trace::child
