// SPDX-License-Identifier: Apache-2.0
#include "capture/readers.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "capture/printer.hpp"

namespace trace::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int pipe_bytes = 1 << 20;
constexpr std::size_t read_bytes = 64 * 1024;

double seconds_since(Steady::time_point begin) {
  return std::chrono::duration<double>(Steady::now() - begin).count();
}

Nanoseconds time_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

// A program with its standard input and output; negative: ours.
pid_t start(const std::vector<std::string>& command, int in, int out) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (in >= 0) posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  if (out >= 0) posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + command.front());
  return pid;
}

Nanoseconds wait_for(pid_t pid) {
  rusage used{};
  int status = 0;
  if (wait4(pid, &status, 0, &used) != pid || status != 0) throw std::runtime_error("it failed");
  return time_of(used.ru_utime) + time_of(used.ru_stime);
}

// A child that prints the lines into a pipe, whose other end is ours.
class Printer {
 public:
  explicit Printer(std::uint64_t lines) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    if (fcntl(ends[1], F_SETPIPE_SZ, pipe_bytes) < 0) throw std::runtime_error("no pipe of 1 MiB");
    pipe_ = ends[0];
    pid_ = start(command_that_prints(lines), -1, ends[1]);
    close(ends[1]);
  }
  ~Printer() {
    close(pipe_);
    waitpid(pid_, nullptr, 0);
  }
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;

  int pipe() const noexcept { return pipe_; }

 private:
  int pipe_ = -1;
  pid_t pid_ = -1;
};

}  // namespace

Reading read_and_find_lines(std::uint64_t lines) {
  const Printer printer(lines);
  std::vector<char> buffer(read_bytes);
  std::uint64_t found = 0;
  const auto begin = Steady::now();
  const Nanoseconds cpu = cpu_time_of_thread();
  ssize_t count = 0;
  while ((count = read(printer.pipe(), buffer.data(), buffer.size())) > 0) {
    const char* at = buffer.data();
    const char* const end = at + count;
    while ((at = static_cast<const char*>(
                std::memchr(at, '\n', static_cast<std::size_t>(end - at)))) != nullptr) {
      ++found;
      ++at;
    }
  }
  const Reading reading{cpu_time_of_thread() - cpu, seconds_since(begin)};
  if (found != lines) throw std::runtime_error("lines are missing");
  return reading;
}

Reading cat_to(const char* path, std::uint64_t lines) {
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error(std::string("cannot write to ") + path);
  const Printer printer(lines);
  const auto begin = Steady::now();
  const Nanoseconds cpu = wait_for(start({"cat"}, printer.pipe(), file));
  const Reading reading{cpu, seconds_since(begin)};
  close(file);
  return reading;
}

}  // namespace trace::bench
