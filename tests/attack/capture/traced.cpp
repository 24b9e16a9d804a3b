// SPDX-License-Identifier: Apache-2.0
#include "attack/capture/traced.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace trace::testing {

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<std::string> Stage::command(const std::string& name,
                                        std::vector<std::string> rest) const {
  std::vector<std::string> argv{SHIPTRACE_CLI_BINARY,
                                name,
                                "--endpoint",
                                collector.url(),
                                "--journal-dir",
                                journal(),
                                "--run",
                                "r",
                                "--node",
                                "n"};
  argv.insert(argv.end(), rest.begin(), rest.end());
  return argv;
}

std::vector<EventPayload> Stage::events(const std::string& run) const {
  const HttpAnswer answer = collector.get("/workflows/runs/" + run + "/trace?limit=10000");
  if (answer.status != 200) throw std::runtime_error("the backend has no run: " + answer.body);
  auto envelope = parse_envelope(answer.body);
  if (!envelope) throw std::runtime_error(envelope.error().text());
  return std::move(envelope->events);
}

std::string code_of(const EventPayload& event) {
  return event.error && event.error->code ? *event.error->code : "";
}

Started::Started(std::vector<std::string> argv, int out, int err,
                 const std::map<std::string, std::string>& env) {
  std::vector<char*> arguments;
  for (std::string& argument : argv) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ > 0) return;
  ::setpgid(0, 0);
  const int null = ::open("/dev/null", O_RDWR);
  ::dup2(null, 0);
  ::dup2(out < 0 ? null : out, 1);
  ::dup2(err < 0 ? null : err, 2);
  std::signal(SIGPIPE, SIG_DFL);
  for (const auto& [name, value] : env) ::setenv(name.c_str(), value.c_str(), 1);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

Started::~Started() {
  if (reaped_ || pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Started::signal(int number) const noexcept { ::kill(pid_, number); }

int Started::wait(std::chrono::milliseconds timeout) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  pollfd ended{pidfd, POLLIN, 0};
  const bool in_time = ::poll(&ended, 1, static_cast<int>(timeout.count())) == 1;
  ::close(pidfd);
  if (!in_time) return -1;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  reaped_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Ends::Ends() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe2");
  }
  read = ends[0];
  write = ends[1];
}

Ends::~Ends() {
  close_read();
  close_write();
}

void Ends::close_read() noexcept {
  if (read >= 0) ::close(read);
  read = -1;
}

void Ends::close_write() noexcept {
  if (write >= 0) ::close(write);
  write = -1;
}

bool Ends::read_until(const std::string& text, std::chrono::milliseconds timeout) {
  const auto end = Clock::now() + timeout;
  while (seen.find(text) == std::string::npos) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd readable{read, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) <= 0) {
      return false;
    }
    char bytes[4096];
    const ssize_t count = ::read(read, bytes, sizeof bytes);
    if (count <= 0) return false;
    seen.append(bytes, static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace trace::testing
