#include "child/spawn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <system_error>

#include "child/boost_process.hpp"
#include "child/pseudo_terminal.hpp"
#include "child/standard_input.hpp"

namespace trace::child {
namespace {

namespace process = boost::process::v2;

constexpr unsigned close_range_cloexec = 1U << 2U;

StartFailure cannot_start(std::string why) { return {"COMMAND_NOT_EXECUTABLE", std::move(why)}; }

std::string words(int error) { return std::generic_category().message(error); }

// Descriptors that the host program forgot to mark, and one that a concurrent fork made.
void keep_from_child() noexcept {
  if (::syscall(SYS_close_range, 3U, ~0U, close_range_cloexec) == 0) return;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const int end = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65'536));
  for (int number = 3; number < end; ++number) ::fcntl(number, F_SETFD, FD_CLOEXEC);
}

// What the child gets as its standard streams.
struct Streams {
  int in, out, err;
  bool terminal;  // all of them are its terminal
};

// Between fork and exec: what the child is before it becomes the program. Async-signal-safe.
class Preparation {
 public:
  Preparation(const Streams& streams, int directory)
      : streams_(streams), directory_(directory), parent_(::getpid()) {}

  template <class Launcher, class Path, class Arguments>
  boost::system::error_code on_exec_setup(Launcher&, const Path&, const Arguments&) const noexcept {
    // A new session is also a new process group.
    if ((streams_.terminal ? ::setsid() : ::setpgid(0, 0)) < 0) return last_error();
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return last_error();
    if (::getppid() != parent_) ::_exit(127);  // it died before it could take us along
    if (::dup2(streams_.in, STDIN_FILENO) < 0 || ::dup2(streams_.out, STDOUT_FILENO) < 0 ||
        ::dup2(streams_.err, STDERR_FILENO) < 0) {
      return last_error();
    }
    if (streams_.terminal && ::ioctl(STDIN_FILENO, TIOCSCTTY, 0) != 0) return last_error();
    if (directory_ >= 0 && ::fchdir(directory_) != 0) return last_error();
    keep_from_child();
    reset_signals();
    return {};
  }

  // The launcher would call exit() and with it the host program's own clean-up. (It asks for the
  // hook with other arguments than it calls it with.)
  template <class... Whatever>
  void on_exec_error(Whatever&&...) const noexcept {
    ::_exit(127);
  }

 private:
  static boost::system::error_code last_error() noexcept {
    return {errno, boost::system::system_category()};
  }

  static void reset_signals() noexcept {
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  }

  Streams streams_;
  int directory_;
  pid_t parent_;
};

// No handler of the host program may run in the child before it is another program.
class SignalsHeld {
 public:
  SignalsHeld() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_{};
};

void reap(pid_t pid) noexcept {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// What reads as ended from the beginning: a pipe that nobody writes to.
FileDescriptor already_ended() { return std::move(make_pipe().read); }

// Both ends of what the child reads and writes.
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
    between.in = FileDescriptor(::fcntl(terminal.ours.get(), F_DUPFD_CLOEXEC, 3));
    between.out = std::move(terminal.ours);
    const int end = childs(std::move(terminal.childs));
    between.streams = {end, end, end, true};
    return between;
  }
  FileDescriptor in = readable_input(command.input);
  if (!in) {
    Pipe pipe = make_pipe();
    in = std::move(pipe.read);
    between.in = std::move(pipe.write);
  }
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  between.out = std::move(out.read);
  between.err = std::move(err.read);
  between.streams.in = childs(std::move(in));
  between.streams.out = childs(std::move(out.write));
  between.streams.err = childs(std::move(err.write));
  return between;
}

struct Launched {
  pid_t pid;
  int error;  // of fork or exec; 0: none
};

Launched launch(boost::asio::io_context& context, const std::string& path,
                const std::vector<std::string>& argv, const Preparation& preparation) {
  std::vector<const char*> pointers;
  pointers.reserve(argv.size() + 1);
  for (const std::string& argument : argv) pointers.push_back(argument.c_str());
  pointers.push_back(nullptr);
  const char** arguments = pointers.data();

  process::posix::default_launcher launcher;
  boost::system::error_code error;
  const SignalsHeld held;
  try {
    auto child = launcher(context.get_executor(), error, path, arguments, preparation);
    child.detach();  // it would reap the pid, or one that came after it
  } catch (...) {
    const bool gone = launcher.pid > 0 && ::kill(launcher.pid, 0) != 0 && errno == ESRCH;
    if (!gone && launcher.pid > 0) {  // it runs, but cannot be watched
      ::kill(-launcher.pid, SIGKILL);
      reap(launcher.pid);
    }
    if (!gone) throw;
  }
  if (error && launcher.pid > 0) reap(launcher.pid);
  return {launcher.pid, error.value()};
}

}  // namespace

std::variant<Spawned, StartFailure> spawn(boost::asio::io_context& context,
                                          const Command& command) try {
  FileDescriptor directory;
  if (const std::string& path = command.working_directory; !path.empty()) {
    directory = FileDescriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return cannot_start(path + ": " + words(errno));
  }
  const std::vector<std::string>& argv = command.argv;
  for (const std::string& argument : argv) {
    if (argument.find('\0') != std::string::npos) {
      return cannot_start("an argument contains a NUL byte");
    }
  }
  const int seen_from = directory ? directory.get() : AT_FDCWD;
  const auto program = find_program(argv.empty() ? std::string() : argv.front(), seen_from);
  if (const auto* failure = std::get_if<StartFailure>(&program)) return *failure;
  const std::string& path = std::get<std::string>(program);

  Connections between = connect(command);
  const auto [pid, failed] = launch(context, path, argv, {between.streams, directory.get()});
  if (failed != 0) return exec_failure(path, failed, seen_from);

  FileDescriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  // Where the host ignores SIGCHLD the kernel has taken a quick child away already.
  if (!ended && errno == ESRCH) ended = already_ended();
  if (!ended) {
    const int error = errno;
    ::kill(-pid, SIGKILL);
    reap(pid);
    return cannot_start(fmt::format("cannot watch the process: {}", words(error)));
  }
  return Spawned{pid, std::move(ended), std::move(between.out), std::move(between.err),
                 std::move(between.in)};
} catch (const std::exception& error) {
  return cannot_start(fmt::format("cannot start a process: {}", error.what()));
}

}  // namespace trace::child
