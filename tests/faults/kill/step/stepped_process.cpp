// SPDX-License-Identifier: Apache-2.0
#include "kill/step/stepped_process.hpp"

#include <sched.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace trace::testing {
namespace {

// The stepped process's signal to its stepper; any other stop is a fault.
constexpr int toggle = SIGSTOP;

constexpr int untraceable = 77;

// The two take turns: on two processors each turn would wake the other one up.
void stay_on_one_processor() noexcept {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  sched_setaffinity(0, sizeof one, &one);
}

// The status that the first thread stops or ends with. Its other threads are waited for as well:
// traced, they would hold up its end. They stop where they begin and stay there.
int wait_for(pid_t pid) noexcept {
  int status = 0;
  for (pid_t other = 0; other != pid;) {
    other = waitpid(-1, &status, __WALL);
    if (other < 0 && errno != EINTR) return 0;
  }
  return status;
}

}  // namespace

void step_from_here() noexcept { raise(toggle); }
void run_from_here() noexcept { raise(toggle); }

SteppedProcess::SteppedProcess(const std::function<void()>& work) {
  stay_on_one_processor();
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(untraceable);
    raise(toggle);
    work();
    _exit(0);
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  const auto options = PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
  if (!WIFSTOPPED(status) || ptrace(PTRACE_SETOPTIONS, pid_, nullptr, options) != 0) {
    kill();
    throw std::system_error(EPERM, std::generic_category(), "ptrace");
  }
}

bool SteppedProcess::run(const std::function<bool()>& at_boundary) {
  bool stepping = false;
  long signal_to_deliver = 0;
  for (;;) {
    if (stepping && signal_to_deliver == 0 && !at_boundary()) {
      kill();
      return true;
    }
    ptrace(stepping ? PTRACE_SINGLESTEP : PTRACE_CONT, pid_, nullptr, signal_to_deliver);
    signal_to_deliver = 0;
    const int status = wait_for(pid_);
    if (!WIFSTOPPED(status)) {
      pid_ = -1;
      return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    const int stopped_by = WSTOPSIG(status);
    if (stopped_by == toggle) {
      stepping = !stepping;
    } else if (stopped_by != SIGTRAP) {  // a step, or a thread that was made
      signal_to_deliver = stopped_by;
    }
  }
}

void SteppedProcess::kill() noexcept {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  // Its threads are traced, too, and have to be waited for before itself.
  int status = 0;
  while (waitpid(-1, &status, __WALL) > 0) {
  }
  pid_ = -1;
}

const char* reason_not_to_step() {
  try {
    SteppedProcess process([] {
      step_from_here();
      run_from_here();
    });
    int boundaries = 0;
    const bool ended = process.run([&] { return ++boundaries > 0; });
    return ended && boundaries > 1 ? "" : "single steps do not work here";
  } catch (const std::system_error&) {
    return "ptrace is not permitted here";
  }
}

}  // namespace trace::testing
