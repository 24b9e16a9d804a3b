// SPDX-License-Identifier: Apache-2.0
#include "attack/capture/prepared.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>

namespace trace::testing {

Session started(Config config) {
  config.on_diagnostic = [](const Diagnostic&) {};
  auto session = Session::start(std::move(config));
  if (!session) throw std::runtime_error(session.error().text());
  return std::move(*session);
}

Prepared::Prepared() {
  config_.transport = "file";
  config_.endpoint = directory_ / "events";
  config_.journal_dir = directory_ / "journal";
  config_.batch_delay = std::chrono::minutes(1);
  session.emplace(started(config_));
  run.emplace(session->run("r"));
  run_process(run->node("first"), {.argv = {"true"}});
  session->flush(std::chrono::seconds(10));
}

int fill_holes() {
  int highest = 0;
  for (int number = 0; number < 1024; ++number) {
    if (::fcntl(number, F_GETFD) >= 0) highest = number;
  }
  for (;;) {
    const int hole = ::fcntl(0, F_DUPFD_CLOEXEC, 0);
    if (hole < highest) continue;
    ::close(hole);
    return hole;
  }
}

void limit_descriptors(int most) {
  rlimit now{};
  ::getrlimit(RLIMIT_NOFILE, &now);
  now.rlim_cur = static_cast<rlim_t>(most);
  if (::setrlimit(RLIMIT_NOFILE, &now) != 0) {
    throw std::system_error(errno, std::generic_category(), "setrlimit");
  }
}

}  // namespace trace::testing
