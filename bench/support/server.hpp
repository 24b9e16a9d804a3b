// SPDX-License-Identifier: Apache-2.0
// A backend in a process of its own, started for one measurement.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace trace::bench {

class Server {
 public:
  // Starts it and waits for its line "listening on URL"; throws std::runtime_error without it.
  explicit Server(const std::vector<std::string>& command);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const std::string& url() const noexcept { return url_; }
  // User and system, all threads, so far. Throws std::runtime_error if it has ended.
  std::chrono::nanoseconds cpu_time() const;
  // Closes its stdin and returns the line that it then prints; empty if none.
  std::string last_words();

 private:
  std::string next_line();

  pid_t pid_ = -1;
  int to_ = -1;
  std::FILE* from_ = nullptr;
  std::string url_;
};

}  // namespace trace::bench
