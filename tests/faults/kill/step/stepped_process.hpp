// SPDX-License-Identifier: Apache-2.0
// SteppedProcess: a child process that runs a function, parts of it one instruction at a time
// (ptrace). Threads that it makes are never let run, so that what it does is the work of its first
// thread alone.
//
// Used by the tests of kills at instruction boundaries, on one thread.
#pragma once

#include <sys/types.h>

#include <functional>

namespace trace::testing {

// For the function: the instructions between these two are stepped through.
void step_from_here() noexcept;
void run_from_here() noexcept;

class SteppedProcess {
 public:
  // Starts the process, which waits.
  explicit SteppedProcess(const std::function<void()>& work);
  ~SteppedProcess() { kill(); }
  SteppedProcess(const SteppedProcess&) = delete;
  SteppedProcess& operator=(const SteppedProcess&) = delete;

  // Runs it to its end. Before each instruction of the stepped parts it calls back and, when the
  // answer is false, kills the process there. False when it died of something else than that.
  bool run(const std::function<bool()>& at_boundary);

  // SIGKILL; returns when nothing of the process is left.
  void kill() noexcept;

 private:
  pid_t pid_ = -1;
};

// Empty, or why this machine does not let a process step another.
const char* reason_not_to_step();

}  // namespace trace::testing
