// SPDX-License-Identifier: Apache-2.0
#include "faults/life/worker.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <numeric>
#include <stdexcept>

namespace trace::testing {

using namespace std::chrono_literals;

Config Workplace::config() const {
  Config config;
  config.transport = "file";
  config.endpoint = endpoint_;
  config.journal_dir = journal_dir_;
  config.on_diagnostic = [this](const Diagnostic& each) {
    const std::lock_guard lock(mutex_);
    reported_[std::string(each.reason)] = each.text;
  };
  return config;
}

std::map<std::string, std::string> Workplace::reported() const {
  const std::lock_guard lock(mutex_);
  return reported_;
}

std::map<std::string, std::vector<std::string>> Workplace::delivered() const {
  std::map<std::string, std::vector<std::string>> messages;
  std::ifstream file(endpoint_);
  // A line without its end is still being written.
  for (std::string line; std::getline(file, line) && !file.eof();) {
    const auto envelope = parse_envelope(line);
    if (!envelope) throw std::runtime_error(envelope.error().text());
    for (const EventPayload& event : envelope->events) {
      messages[event.id.substr(0, 26)].push_back(event.message.value_or(event.node_id));
    }
  }
  return messages;
}

std::size_t Workplace::count() const {
  const auto sessions = delivered();
  return std::accumulate(
      sessions.begin(), sessions.end(), std::size_t{0},
      [](std::size_t sum, const auto& each) { return sum + each.second.size(); });
}

RecoveryReport Workplace::recover() const {
  auto report = trace::recover(config(), 20s);
  if (!report) throw std::runtime_error(report.error().text());
  return *report;
}

Session start(const Config& config) {
  auto session = Session::start(config);
  if (!session) throw std::runtime_error(session.error().text());
  return std::move(*session);
}

std::uint64_t record_numbered(const Node& node, const std::string& prefix, int count) {
  std::uint64_t accepted = 0;
  for (int i = 0; i < count; ++i) {
    accepted += record(node, Type::progress, Level::info, "{} {}", prefix, i) == Outcome::accepted;
  }
  return accepted;
}

bool are_numbered(const std::vector<std::string>& messages, const std::string& prefix, int count) {
  if (messages.size() != static_cast<std::size_t>(count)) return false;
  for (int i = 0; i < count; ++i) {
    if (messages[static_cast<std::size_t>(i)] != fmt::format("{} {}", prefix, i)) return false;
  }
  return true;
}

int in_child(const std::function<int()>& work) {
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("cannot fork");
  if (pid == 0) _exit(work());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace trace::testing
