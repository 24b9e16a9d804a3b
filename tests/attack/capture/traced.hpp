// SPDX-License-Identifier: Apache-2.0
// `shiptrace run` and `shiptrace docker` as started from a shell, with stdout and
// stderr that the trial decides about, and what the backend has got of it. One thread.
#pragma once

#include <trace/event.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "support/collector.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start);

// A backend, a journal directory, and a pipe or a terminal without a reader.
class Stage {
 public:
  Collector collector;
  TempDir directory;

  std::string journal() const { return directory / "journal"; }
  // shiptrace COMMAND --run r --node n with this backend.
  std::vector<std::string> command(const std::string& name, std::vector<std::string> rest) const;
  // The events of the run r, or of another one.
  std::vector<EventPayload> events(const std::string& run = "r") const;
};

// One event with its error's code, or "".
std::string code_of(const EventPayload& event);

// A process whose stdout and stderr are what we say.
class Started {
 public:
  // Negative: /dev/null.
  Started(std::vector<std::string> argv, int out, int err,
          const std::map<std::string, std::string>& env = {});
  ~Started();  // SIGKILL to its group
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;

  pid_t pid() const noexcept { return pid_; }
  void signal(int number) const noexcept;
  // The exit code, 128 + signal; -1 when it did not end in time.
  int wait(std::chrono::milliseconds timeout);

 private:
  pid_t pid_ = -1;
  bool reaped_ = false;
};

// Two ends; close-on-exec.
struct Ends {
  Ends();
  ~Ends();
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  // Reads until the text has come; false at the end or when the time is over.
  bool read_until(const std::string& text, std::chrono::milliseconds timeout);
  void close_read() noexcept;
  void close_write() noexcept;

  int read = -1;
  int write = -1;
  std::string seen;
};

}  // namespace trace::testing
