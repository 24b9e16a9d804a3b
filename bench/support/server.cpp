// SPDX-License-Identifier: Apache-2.0
#include "support/server.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <stdexcept>

namespace trace::bench {

Server::Server(const std::vector<std::string>& command) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int failed = posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  to_ = in[1];
  from_ = fdopen(out[0], "r");
  const std::string line = failed == 0 && from_ != nullptr ? next_line() : "";
  const std::size_t at = line.find("http://");
  if (at == std::string::npos) throw std::runtime_error(command[0] + " does not come up");
  url_ = line.substr(at);
}

Server::~Server() {
  if (to_ >= 0) close(to_);
  if (from_ != nullptr) std::fclose(from_);
  if (pid_ > 0) {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
}

std::chrono::nanoseconds Server::cpu_time() const {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &used) != 0) {
    throw std::runtime_error("the CPU time of a server that has ended");
  }
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

std::string Server::last_words() {
  close(to_);
  to_ = -1;
  return next_line();
}

std::string Server::next_line() {
  std::string line;
  for (int byte = std::fgetc(from_); byte != EOF && byte != '\n'; byte = std::fgetc(from_)) {
    line += static_cast<char>(byte);
  }
  return line;
}

}  // namespace trace::bench
