// SPDX-License-Identifier: Apache-2.0
#include "support/collector.hpp"

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace trace::testing {

Collector::Collector(std::vector<std::string> options) : options_(std::move(options)) { start(); }

void Collector::start() {
  std::vector<std::string> argv{SHIPTRACE_COLLECTOR_BINARY, "--listen", listen_, "--db",
                                database()};
  argv.insert(argv.end(), options_.begin(), options_.end());
  Command command{.argv = std::move(argv)};
  // See tests/readers.
  if (const char* const recorder = std::getenv("SHIPTRACE_TEST_RECORDER")) {
    command.env["LD_PRELOAD"] = recorder;
  }
  child_ = std::make_unique<Child>(std::move(command));

  constexpr std::string_view before = "listening on http://";
  const std::string line = child_->first_line();
  const std::size_t place = line.find(before);
  if (place == std::string::npos) throw std::runtime_error("unexpected first line: " + line);
  const std::size_t begin = place + before.size();
  listen_ = line.substr(begin, line.find_first_of(" /\r", begin) - begin);
  url_ = "http://" + listen_;
}

ExitStatus Collector::stop() {
  child_->signal(SIGTERM);
  return child_->wait();
}

void Collector::kill() {
  child_->signal(SIGKILL);
  child_->wait();
}

}  // namespace trace::testing
