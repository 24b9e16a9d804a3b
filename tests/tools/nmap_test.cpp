// SPDX-License-Identifier: Apache-2.0
// nmap against a port of ours on loopback.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traced.hpp"

namespace trace::testing {
namespace {

// Listens on a free port of loopback.
class OpenPort {
 public:
  OpenPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_, any, size) == 0);
    REQUIRE(::listen(socket_, 64) == 0);
    REQUIRE(::getsockname(socket_, any, &size) == 0);
    port_ = std::to_string(ntohs(address.sin_port));
  }
  ~OpenPort() { ::close(socket_); }
  const std::string& port() const noexcept { return port_; }

 private:
  int socket_;
  std::string port_;
};

bool begins_with(const Lines& lines, const std::string& start) {
  for (const std::string& line : lines) {
    if (line.starts_with(start)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a scan of nmap is stored as it was printed") {
  if (!is_there("nmap")) return;
  const OpenPort open;
  const Traced traced(
      {"nmap", "-sT", "-n", "-Pn", "-v", "--reason", "-p", "1-100," + open.port(), "127.0.0.1"});
  CHECK(traced.ended.status.code == 0);
  CHECK(traced.last().type == Type::completed);
  CHECK(member(traced.first().data, "argv").find("\"-sT\",\"-n\",\"-Pn\"") != std::string::npos);
  check_whole(traced);
  const Lines lines = stored_lines(traced.events, "stdout");
  CHECK(lines.size() >= 10);
  CHECK(begins_with(lines, "PORT"));
  CHECK(begins_with(lines, open.port() + "/tcp open"));
  for (const EventPayload& event : traced.events) {
    CHECK(event.level == (is_of(event, "stderr") ? Level::warn : Level::info));
  }
  // The CLI's reader has the same.
  const Finished tail = traced.backend.shiptrace({"tail", "--run", "r", "--json"});
  CHECK(tail.status.code == 0);
  std::vector<EventPayload> observed;
  for (const std::string& line : lines_of(tail.output)) {
    const auto event = parse_event(line);
    REQUIRE_MESSAGE(event.ok(), line);
    observed.push_back(*event);
  }
  CHECK(observed.size() == traced.events.size());
  CHECK(stored_lines(observed, "stdout") == lines);
}

TEST_CASE("nmap's refusals are reported with its message") {
  if (!is_there("nmap")) return;
  const Traced traced({"nmap", "-p", "nonsense", "127.0.0.1"});
  CHECK(traced.ended.status.code == 1);
  CHECK(traced.code() == "PROCESS_EXIT");
  check_whole(traced);
}

}  // namespace trace::testing
