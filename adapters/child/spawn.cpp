// SPDX-License-Identifier: Apache-2.0
#include "child/spawn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <trace/detail/background_thread.hpp>
#include <trace/detail/search_path.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>

#include "child/standard_input.hpp"

// clone(2) by glibc's internal name. ThreadSanitizer intercepts the public one, assumes a fork, and
// then no longer tracks the thread that shares its memory.
extern "C" int __clone(int (*run)(void*), void* stack, int flags, void* argument, ...);  // NOLINT

namespace trace::child {
namespace {

constexpr const char* not_found = "COMMAND_NOT_FOUND";
constexpr const char* not_executable = "COMMAND_NOT_EXECUTABLE";
constexpr const char* cannot_start_process = "cannot start a process";
constexpr int exit_without_exec = 127;
constexpr unsigned close_range_cloexec = 1U << 2U;

std::string words(int error) { return std::generic_category().message(error); }

bool is_file(const std::string& path, int directory) {
  struct stat status {};
  return ::fstatat(directory, path.c_str(), &status, 0) == 0 && S_ISREG(status.st_mode);
}

// The file to execute, as a shell finds it: PATH is searched unless the name has a '/'.
// `directory`: where relative entries begin, a descriptor or AT_FDCWD.
std::variant<std::string, StartFailure> find_program(const std::string& name, int directory) {
  if (name.empty()) return StartFailure{not_found, "the command is empty"};
  if (name.find('/') != std::string::npos) return name;
  const std::string path = detail::search_path();
  std::string denied;
  std::string_view rest = path;
  for (bool more = true; more;) {
    const std::size_t colon = rest.find(':');
    more = colon != std::string_view::npos;
    std::string candidate(rest.substr(0, colon));
    if (more) rest.remove_prefix(colon + 1);
    candidate += candidate.empty() ? "./" : "/";
    candidate += name;
    if (!is_file(candidate, directory)) continue;
    if (::faccessat(directory, candidate.c_str(), X_OK, AT_EACCESS) == 0) return candidate;
    if (denied.empty()) denied = candidate;
  }
  if (!denied.empty()) return StartFailure{not_executable, denied + ": " + words(EACCES)};
  return StartFailure{not_found, name + ": command not found"};
}

StartFailure cannot_start(int error, const std::string& what) {
  return {is_exhaustion(error) ? resource_exhausted : not_executable,
          fmt::format("{}: {}", what, words(error))};
}

StartFailure exec_failure(const std::string& path, int error, int directory) {
  if (is_exhaustion(error)) return cannot_start(error, path);
  if ((error == ENOENT && is_file(path, directory))) {
    return {not_executable, path + ": interpreter not found"};
  }
  const bool missing = error == ENOENT || error == ENOTDIR;
  return {missing ? not_found : not_executable, fmt::format("{}: {}", path, words(error))};
}

// The child's standard streams; none of the numbers is 0, 1 or 2.
struct Streams {
  int in = -1;  // negative: /dev/null
  int out = -1;
  int err = -1;
  bool terminal = false;  // all of them are one terminal
};

// Both ends of them.
struct Connections {
  Streams streams{};
  FileDescriptor in, out, err;  // ours
  std::vector<FileDescriptor> childs;
};

Connections connect(const Command& command) {
  Connections between;
  const auto childs = [&](FileDescriptor descriptor) {
    return between.childs.emplace_back(std::move(descriptor)).get();
  };
  if (command.terminal) {
    PseudoTerminal terminal = make_terminal(*command.terminal, command.raw_terminal);
    between.in = opened(::fcntl(terminal.ours.get(), F_DUPFD_CLOEXEC, 3),
                        "cannot duplicate a pseudo terminal");
    between.out = std::move(terminal.ours);
    const int end = childs(std::move(terminal.childs));
    between.streams = {end, end, end, true};
    return between;
  }
  if (command.input.descriptor >= 0 || !command.input.text.empty()) {
    FileDescriptor in = readable_input(command.input);
    if (!in) {
      Pipe pipe = make_pipe();
      in = std::move(pipe.read);
      between.in = std::move(pipe.write);
    }
    between.streams.in = childs(std::move(in));
  }
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  between.out = std::move(out.read);
  between.err = std::move(err.read);
  between.streams.out = childs(std::move(out.write));
  between.streams.err = childs(std::move(err.write));
  return between;
}

// Passed from parent to child, which reports a failure in it.
struct Preparation {
  const char* path;
  char* const* argv;
  Streams streams;
  int directory;
  pid_t parent;
  bool prepared = false;  // the failure is that of exec
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
  with.prepared = prepare(with);
  if (with.prepared) ::execv(with.path, with.argv);
  with.error = errno;
  ::syscall(SYS_exit_group, exit_without_exec);
  return exit_without_exec;
}

// The child's stack, with a guard page.
class Stack {
 public:
  Stack()
      : memory_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
    if (memory_ == MAP_FAILED) throw_errno(cannot_start_process);
    ::mprotect(memory_, guard_bytes, PROT_NONE);
  }
  ~Stack() { ::munmap(memory_, bytes); }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  void* top() const noexcept { return static_cast<char*>(memory_) + bytes; }

 private:
  static constexpr std::size_t bytes = 128 * 1024;
  static constexpr std::size_t guard_bytes = 4096;
  void* memory_;
};

struct Launched {
  pid_t pid;
  FileDescriptor ended;  // the pidfd
  bool prepared;
  int error;  // of its preparation, or else of exec; 0: it runs
};

// Creates the child with clone(2). It runs in our memory, on a stack of its own, until it calls
// exec; the calling thread is suspended until then (CLONE_VM, CLONE_VFORK, like posix_spawn(3)). So
// a large host is not copied, its pthread_atfork(3) handlers do not run, the reason of a failure
// needs no pipe, and a pidfd exists from the start (CLONE_PIDFD). `directory`: a descriptor;
// negative: our working directory. If the child failed it still has to be reaped.
Launched launch(const std::string& path, const std::vector<std::string>& argv,
                const Streams& streams, int directory) {
  std::vector<char*> arguments;
  arguments.reserve(argv.size() + 1);
  for (const std::string& argument : argv) {
    arguments.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: execv(3) changes nothing
  }
  arguments.push_back(nullptr);
  Preparation preparation{path.c_str(), arguments.data(), streams, directory, ::getpid()};
  const Stack stack;
  // No handler of the host may run in the child before exec.
  const detail::AsynchronousSignalsBlocked blocked;
  int pidfd = -1;
  const pid_t pid = ::__clone(&run_child, stack.top(),
                              CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &preparation, &pidfd);
  if (pid < 0) throw_errno(cannot_start_process);
  return {pid, FileDescriptor(pidfd), preparation.prepared, preparation.error};
}

void reap(pid_t pid) noexcept {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

std::variant<Spawned, StartFailure> spawn(const Command& command) try {
  FileDescriptor directory;
  if (const std::string& path = command.working_directory; !path.empty()) {
    directory = FileDescriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return cannot_start(errno, path);
  }
  const std::vector<std::string>& argv = command.argv;
  for (const std::string& argument : argv) {
    if (argument.find('\0') != std::string::npos) {
      return StartFailure{not_executable, "an argument contains a NUL byte"};
    }
  }
  const int seen_from = directory ? directory.get() : AT_FDCWD;
  const auto program = find_program(argv.empty() ? std::string() : argv.front(), seen_from);
  if (const auto* failure = std::get_if<StartFailure>(&program)) return *failure;
  const std::string& path = std::get<std::string>(program);

  Connections between = connect(command);
  Launched launched = launch(path, argv, between.streams, directory.get());
  if (launched.error != 0) {
    reap(launched.pid);
    return launched.prepared ? exec_failure(path, launched.error, seen_from)
                             : cannot_start(launched.error, "cannot prepare the process");
  }
  try {
    launched.ended = above_standard(std::move(launched.ended));
  } catch (const std::system_error&) {
    ::kill(-launched.pid, SIGKILL);
    reap(launched.pid);
    throw;
  }
  return Spawned{launched.pid, std::move(launched.ended), std::move(between.out),
                 std::move(between.err), std::move(between.in)};
} catch (const std::system_error& error) {
  return cannot_start(error.code().value(), cannot_start_process);
}

}  // namespace trace::child
