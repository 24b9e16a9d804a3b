// SPDX-License-Identifier: Apache-2.0
#include "support/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace trace::testing {
namespace {

using Clock = std::chrono::steady_clock;

// One stream of the child as the draining thread fills it.
struct Collected {
  std::string text;
  bool ended = false;
};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::generic_category(), "pipe2");
    }
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    close_end(read_end);
    close_end(write_end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  static void close_end(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }

  int read_end = -1;
  int write_end = -1;
};

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string name(text.substr(0, text.find('=')));
    const auto& without = command.without_env;
    if (command.env.contains(name)) continue;
    if (std::find(without.begin(), without.end(), name) != without.end()) continue;
    result.emplace_back(text);
  }
  for (const auto& [name, value] : command.env) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// Between fork and exec only async-signal-safe calls are allowed: everything is prepared before.
[[noreturn]] void become(char* const* argv, char* const* env, const char* directory, int in,
                         int out, int err, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the parent died before prctl
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(127);
  if (directory != nullptr && chdir(directory) != 0) _exit(127);
  execvpe(argv[0], argv, env);
  _exit(127);
}

}  // namespace

struct Child::State {
  pid_t pid = -1;
  int pidfd = -1;
  Pipe in, out, err;
  std::string input;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::array<Collected, 2> streams;  // stdout, stderr
  bool reaped = false;
  ExitStatus status;
  std::thread drain;

  ~State() {
    if (!reaped && pid > 0) {
      ::kill(pid, SIGKILL);
      int ignored = 0;
      waitpid(pid, &ignored, 0);
    }
    // A grandchild may hold the pipes open; closing our write end of `wake` ends the thread.
    Pipe::close_end(wake.write_end);
    if (drain.joinable()) drain.join();
    if (pidfd >= 0) close(pidfd);
  }

  void drain_streams();
  bool take(std::size_t index, int descriptor);
  void feed();
  bool wait_for(std::size_t index, const std::string& text, std::chrono::milliseconds timeout);

  Pipe wake;
};

// Reads what there is; false at the end of the stream.
bool Child::State::take(std::size_t index, int descriptor) {
  std::array<char, 65536> buffer;
  const ssize_t count = read(descriptor, buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) return true;
  const std::lock_guard lock(mutex);
  if (count <= 0)
    streams[index].ended = true;
  else
    streams[index].text.append(buffer.data(), static_cast<std::size_t>(count));
  changed.notify_all();
  return count > 0;
}

void Child::State::feed() {
  const ssize_t count = input.empty() ? 0 : write(in.write_end, input.data(), input.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count > 0) input.erase(0, static_cast<std::size_t>(count));
  if (count < 0 || input.empty()) Pipe::close_end(in.write_end);
}

void Child::State::drain_streams() {
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);  // a child that closed its stdin
  pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
  std::array<int, 2> open{out.read_end, err.read_end};
  while (open[0] >= 0 || open[1] >= 0) {
    std::array<pollfd, 4> waiting{{{open[0], POLLIN, 0},
                                   {open[1], POLLIN, 0},
                                   {wake.read_end, POLLIN, 0},
                                   {in.write_end, POLLOUT, 0}}};
    if (poll(waiting.data(), waiting.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < 2; ++i) {
      if (waiting[i].revents != 0 && !take(i, open[i])) open[i] = -1;
    }
    if (waiting[3].revents != 0) feed();
    if (waiting[2].revents != 0 && waiting[0].revents == 0 && waiting[1].revents == 0) return;
  }
}

Child::Child(Command command) : state_(std::make_unique<State>()) {
  State& state = *state_;
  std::vector<std::string> env = environment_of(command);
  const std::vector<char*> argv = pointers_to(command.argv);
  const std::vector<char*> envp = pointers_to(env);
  const char* directory =
      command.working_directory.empty() ? nullptr : command.working_directory.c_str();
  const pid_t parent = getpid();
  state.pid = fork();
  if (state.pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (state.pid == 0) {
    become(argv.data(), envp.data(), directory, state.in.read_end, state.out.write_end,
           state.err.write_end, parent);
  }
  Pipe::close_end(state.in.read_end);
  Pipe::close_end(state.out.write_end);
  Pipe::close_end(state.err.write_end);
  state.pidfd = static_cast<int>(syscall(SYS_pidfd_open, state.pid, 0));
  if (state.pidfd < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open");
  state.input = std::move(command.input);
  if (state.input.empty())
    Pipe::close_end(state.in.write_end);
  else
    fcntl(state.in.write_end, F_SETFL, O_NONBLOCK);
  state.drain = std::thread([&state] { state.drain_streams(); });
}

Child::~Child() = default;
Child::Child(Child&&) noexcept = default;
Child& Child::operator=(Child&&) noexcept = default;

pid_t Child::pid() const noexcept { return state_->pid; }

void Child::signal(int number) noexcept {
  if (!state_->reaped) ::kill(state_->pid, number);
}

std::string Child::first_line(std::chrono::milliseconds timeout) {
  if (!state_->wait_for(0, "\n", timeout)) {
    throw std::runtime_error("no line on stdout; stdout: " + output() + "; stderr: " + errors());
  }
  const std::string text = output();
  return text.substr(0, text.find('\n'));
}

bool Child::State::wait_for(std::size_t index, const std::string& text,
                            std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex);
  const Collected& stream = streams[index];
  const auto found = [&] { return stream.text.find(text) != std::string::npos; };
  changed.wait_for(lock, timeout, [&] { return found() || stream.ended; });
  return found();
}

bool Child::wait_for_output(const std::string& text, std::chrono::milliseconds timeout) {
  return state_->wait_for(0, text, timeout);
}

bool Child::wait_for_errors(const std::string& text, std::chrono::milliseconds timeout) {
  return state_->wait_for(1, text, timeout);
}

ExitStatus Child::wait(std::chrono::milliseconds timeout) {
  State& state = *state_;
  if (state.reaped) return state.status;
  const auto deadline = Clock::now() + timeout;
  pollfd ended{state.pidfd, POLLIN, 0};
  bool in_time = false;
  while (!in_time && Clock::now() < deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    in_time = poll(&ended, 1, static_cast<int>(left.count()) + 1) > 0;
  }
  if (!in_time) ::kill(state.pid, SIGKILL);
  int raw = 0;
  while (waitpid(state.pid, &raw, 0) < 0 && errno == EINTR) {
  }
  state.reaped = true;
  state.status = WIFEXITED(raw) ? ExitStatus{WEXITSTATUS(raw), 0} : ExitStatus{-1, WTERMSIG(raw)};
  {
    // The last bytes are in the pipes; a grandchild that holds them open is not waited for long.
    std::unique_lock lock(state.mutex);
    state.changed.wait_for(lock, std::chrono::seconds(2),
                           [&] { return state.streams[0].ended && state.streams[1].ended; });
  }
  if (!in_time) {
    throw std::runtime_error("the child did not end in time; stdout: " + output() +
                             "; stderr: " + errors());
  }
  return state.status;
}

std::string Child::output() const {
  const std::lock_guard lock(state_->mutex);
  return state_->streams[0].text;
}

std::string Child::errors() const {
  const std::lock_guard lock(state_->mutex);
  return state_->streams[1].text;
}

Finished run(Command command, std::chrono::milliseconds timeout) {
  Child child(std::move(command));
  const ExitStatus status = child.wait(timeout);
  return {status, child.output(), child.errors()};
}

}  // namespace trace::testing
