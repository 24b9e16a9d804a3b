// SPDX-License-Identifier: Apache-2.0
#include "faults/table/table.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <numeric>
#include <system_error>

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 120s;

std::string joined(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ", "));
}

struct Line {
  std::string verdict;
  std::string text;
};

[[noreturn]] void run_in_child(const Fault& fault, int out) {
  Trial trial;
  try {
    fault.run(trial);
  } catch (const std::exception& error) {
    trial.expect(false, error.what());
  }
  const std::string reported = trial.verdict() + "\n" + trial.text();
  [[maybe_unused]] const ssize_t written = write(out, reported.data(), reported.size());
  _exit(0);
}

// Reads until the trial closes its end, or nothing more comes for too long.
std::string read_all(int in, pid_t trial) {
  std::string text;
  const auto give_up = std::chrono::steady_clock::now() + patience;
  for (;;) {
    pollfd readable{in, POLLIN, 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        give_up - std::chrono::steady_clock::now());
    if (left <= 0ms || poll(&readable, 1, static_cast<int>(left.count())) == 0) {
      kill(trial, SIGKILL);
      return "FAILED\ntook longer than two minutes";
    }
    char bytes[4096];
    const ssize_t count = read(in, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(bytes, static_cast<std::size_t>(count));
  }
}

Line try_fault(const Fault& fault) {
  int ends[2];
  if (pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  std::fflush(stdout);
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    close(ends[0]);
    setpgid(0, 0);
    run_in_child(fault, ends[1]);
  }
  close(ends[1]);
  const std::string reported = read_all(ends[0], child);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  kill(-child, SIGKILL);  // whatever it left running
  if (WIFSIGNALED(status) && reported.empty()) {
    return {"FAILED", fmt::format("died of signal {}", WTERMSIG(status))};
  }
  const std::size_t end = reported.find('\n');
  if (end == std::string::npos) return {"FAILED", "said nothing"};
  return {reported.substr(0, end), reported.substr(end + 1)};
}

}  // namespace

void Trial::expect(bool holds, std::string what) {
  if (!holds) problems_.push_back(std::move(what));
}

std::string Trial::verdict() const {
  if (!problems_.empty()) return "FAILED";
  return skipped_.empty() ? "ok" : "SKIPPED";
}

std::string Trial::text() const {
  if (!problems_.empty()) return joined(problems_);
  return skipped_.empty() ? joined(figures_) : skipped_;
}

int try_faults(std::span<const Fault> faults, std::string_view filter) {
  int failed = 0;
  for (const Fault& fault : faults) {
    if (fault.name.find(filter) == std::string::npos) continue;
    const Line line = try_fault(fault);
    fmt::print("{:<8}{:<58}{}\n", line.verdict, fault.name, line.text);
    if (line.verdict == "SKIPPED") fmt::print("SKIPPED: {}: {}\n", fault.name, line.text);
    failed += line.verdict == "FAILED" ? 1 : 0;
  }
  std::fflush(stdout);
  return failed == 0 ? 0 : 1;
}

}  // namespace trace::testing
