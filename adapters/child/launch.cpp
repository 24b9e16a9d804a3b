// SPDX-License-Identifier: Apache-2.0
#include "child/launch.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <trace/detail/background_thread.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

// clone(2) by glibc's internal name. ThreadSanitizer intercepts the public one, assumes a fork, and
// then no longer tracks the thread that shares its memory.
extern "C" int __clone(int (*run)(void*), void* stack, int flags, void* argument, ...);  // NOLINT

namespace trace::child {
namespace {

constexpr unsigned close_range_cloexec = 1U << 2U;
constexpr int cannot_execute = 127;

// Passed from parent to child; the child reports a failure in it.
struct Preparation {
  const char* path;
  char* const* argv;
  Streams streams;
  int directory;
  pid_t parent;
  Launched::At failed_at = Launched::At::nowhere;
  int error = 0;
};

// Descriptors that the host did not mark close-on-exec, or has not yet.
void keep_from_child() noexcept {
  if (::syscall(SYS_close_range, 3U, ~0U, close_range_cloexec) == 0) return;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const int end = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65'536));
  for (int number = 3; number < end; ++number) ::fcntl(number, F_SETFD, FD_CLOEXEC);
}

// No handler of the host may run in the child, which shares its memory: reset the actions first,
// then unblock the signals. Raw system calls, because libc's wrappers may record the actions in
// shared memory.
void reset_signals() noexcept {
  struct {
    void* handler;
    unsigned long flags;
    void* restorer;
    std::uint64_t mask;
  } constexpr by_default{};
  for (int number = 1; number < NSIG; ++number) {
    ::syscall(SYS_rt_sigaction, number, &by_default, nullptr, sizeof by_default.mask);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool connect_streams(const Streams& streams) noexcept {
  if (::dup2(streams.out, STDOUT_FILENO) < 0 || ::dup2(streams.err, STDERR_FILENO) < 0) {
    return false;
  }
  if (streams.in >= 0) return ::dup2(streams.in, STDIN_FILENO) >= 0;
  ::close(STDIN_FILENO);  // so that open() returns this number and does not exceed the limit
  return ::open("/dev/null", O_RDONLY) == STDIN_FILENO;
}

bool prepare(const Preparation& with) noexcept {
  // A new session is also a new process group.
  if ((with.streams.terminal ? ::setsid() : ::setpgid(0, 0)) < 0) return false;
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return false;
  if (::getppid() != with.parent) {  // the parent died before prctl()
    errno = ESRCH;
    return false;
  }
  if (!connect_streams(with.streams)) return false;
  if (with.streams.terminal && ::ioctl(STDIN_FILENO, TIOCSCTTY, 0) != 0) return false;
  if (with.directory >= 0 && ::fchdir(with.directory) != 0) return false;
  keep_from_child();
  reset_signals();
  return true;
}

// System calls only: the memory is shared with the host's running threads.
int run_child(void* argument) noexcept {
  auto& with = *static_cast<Preparation*>(argument);
  const bool prepared = prepare(with);
  if (prepared) ::execv(with.path, with.argv);
  with.error = errno;
  with.failed_at = prepared ? Launched::At::exec : Launched::At::preparation;
  ::syscall(SYS_exit_group, cannot_execute);
  return cannot_execute;
}

// The child's stack, with a guard page.
class Stack {
 public:
  Stack() noexcept
      : memory_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
    if (*this) ::mprotect(memory_, guard_bytes, PROT_NONE);
  }
  ~Stack() {
    if (*this) ::munmap(memory_, bytes);
  }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  explicit operator bool() const noexcept { return memory_ != MAP_FAILED; }
  void* top() const noexcept { return static_cast<char*>(memory_) + bytes; }

 private:
  static constexpr std::size_t bytes = 128 * 1024;
  static constexpr std::size_t guard_bytes = 4096;
  void* memory_;
};

}  // namespace

Launched launch(const std::string& path, const std::vector<std::string>& argv,
                const Streams& streams, int directory) {
  std::vector<char*> arguments;
  arguments.reserve(argv.size() + 1);
  for (const std::string& argument : argv) {
    arguments.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: execv(3) changes nothing
  }
  arguments.push_back(nullptr);
  Preparation preparation{path.c_str(), arguments.data(), streams, directory, ::getpid()};

  Launched launched;
  const Stack stack;
  if (!stack) {
    launched.error = errno;
    return launched;
  }
  // No handler of the host may run in the child before exec.
  const detail::AsynchronousSignalsBlocked blocked;
  int pidfd = -1;
  launched.pid = ::__clone(&run_child, stack.top(), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
                           &preparation, &pidfd);
  if (launched.pid < 0) {
    launched.error = errno;
    return launched;
  }
  launched.ended = FileDescriptor(pidfd);
  launched.failed_at = preparation.failed_at;
  launched.error = preparation.error;
  return launched;
}

}  // namespace trace::child
