// SPDX-License-Identifier: Apache-2.0
#include "backend_of_test.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <simdjson.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <utility>

namespace trace::testing {
namespace {

RunStatusPayload status_in(const HttpAnswer& answer) {
  REQUIRE_MESSAGE(answer.status == 200, answer.body);
  const auto status = parse_run_status(answer.body);
  REQUIRE_MESSAGE(status.ok(), answer.body);
  return *status;
}

}  // namespace

Command cli(Arguments arguments) {
  arguments.insert(arguments.begin(), SHIPTRACE_CLI_BINARY);
  Command command{.argv = std::move(arguments)};
  command.without_env = {"SHIPTRACE_ENDPOINT",
                         "SHIPTRACE_TOKEN",
                         "SHIPTRACE_TOKEN_FILE",
                         "SHIPTRACE_JOURNAL_DIR",
                         "SHIPTRACE_TRANSPORT",
                         "SHIPTRACE_LEVEL",
                         "SHIPTRACE_RUN",
                         "SHIPTRACE_NODE",
                         "TRACEPARENT",
                         "COLUMNS",
                         "NO_COLOR"};
  command.env = {{"TZ", "UTC"}, {"TERM", "xterm"}};
  return command;
}

Command BackendOfTest::command(Arguments arguments, const std::string& input) const {
  const Arguments shared{"--endpoint", collector.url(), "--journal-dir", journal()};
  arguments.insert(arguments.begin() + 1, shared.begin(), shared.end());
  Command result = cli(std::move(arguments));
  result.input = input;
  return result;
}

std::vector<EventPayload> BackendOfTest::events(const std::string& run) const {
  const HttpAnswer answer = collector.get("/workflows/runs/" + run + "/trace?limit=10000");
  REQUIRE_MESSAGE(answer.status == 200, answer.body);
  auto envelope = parse_envelope(answer.body);
  REQUIRE_MESSAGE(envelope.ok(), answer.body);
  CHECK(envelope->run_id == run);
  return std::move(envelope->events);
}

RunStatusPayload BackendOfTest::status(const std::string& run) const {
  return status_in(collector.get("/workflows/runs/" + run + "/status"));
}

RunStatusPayload BackendOfTest::verdict(const std::string& run) const {
  return status_in(http_post(collector.url() + "/workflows/runs/" + run + "/finish", ""));
}

std::vector<EventPayload> BackendOfTest::wait_for_events(const std::string& run,
                                                         std::size_t count) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < deadline) {
    if (collector.get("/workflows/runs/" + run + "/status").status == 200) {
      auto held = events(run);
      if (held.size() >= count) return held;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return events(run);
}

std::string member(const std::optional<std::string>& object, const std::string& name) {
  if (!object) return {};
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  if (parser.parse(*object)[name].get(value) != simdjson::SUCCESS) return {};
  return simdjson::minify(value);
}

void check_recorded_as_cancelled(const std::vector<EventPayload>& events) {
  std::size_t observed = 0;
  for (const EventPayload& event : events) {
    if (event.message != "Run cancelled by user") continue;
    ++observed;
    CHECK(event.level == Level::warn);
  }
  CHECK(observed == 1);
}

void check_recorded_as_stopped(const std::vector<EventPayload>& events) {
  for (const EventPayload& event : events) CHECK(event.message != "Run cancelled by user");
  REQUIRE_FALSE(events.empty());
  CHECK(events.back().type == Type::failed);
  REQUIRE(events.back().error.has_value());
  CHECK(events.back().error->code == "WORKER_STOPPED");
  CHECK(member(events.back().data, "retryable") == "true");
}

// Bound and not listening: connections are refused, and the port stays reserved.
std::string nowhere() {
  static const int port = [] {
    const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(bind(socket_fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(getsockname(socket_fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin_port);
  }();
  return "http://127.0.0.1:" + std::to_string(port);
}

}  // namespace trace::testing
