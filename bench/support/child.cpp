// SPDX-License-Identifier: Apache-2.0
#include "support/child.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace trace::bench {

bool measure_in_child(const std::string& name, const std::function<void()>& measure) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    try {
      measure();
      std::fflush(stdout);
      std::_Exit(0);
    } catch (const std::exception& failure) {
      fmt::print(stderr, "{}: {}\n", name, failure.what());
      std::_Exit(1);
    }
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace trace::bench
