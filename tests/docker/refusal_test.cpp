// SPDX-License-Identifier: Apache-2.0
// Containers that never run, and why.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/recorder.hpp"
#include "docker/daemon.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

// Runs it and checks the events: the code everywhere, no line of output, nothing left.
Ended refused(ContainerSpec spec, const char* code, int status) {
  Recorder recorder;
  Ended ended = run_container(recorder.node(), std::move(spec));
  const auto events = recorder.events();
  CHECK(ended.code() == code);
  CHECK(ended.exit_status() == status);
  CHECK_FALSE(ended.text().empty());
  CHECK(events.size() == 2);
  CHECK(events.front().type == Type::started);
  REQUIRE(events.back().error);
  CHECK(events.back().error->code == code);
  CHECK(events.back().error->message == ended.text());
  CHECK(left_by(recorder.session().id()) == "");
  return ended;
}

class DockerHost {
 public:
  explicit DockerHost(const char* host) {
    if (const char* before = ::getenv("DOCKER_HOST")) before_ = before;
    ::setenv("DOCKER_HOST", host, 1);
  }
  ~DockerHost() {
    if (before_) {
      ::setenv("DOCKER_HOST", before_->c_str(), 1);
    } else {
      ::unsetenv("DOCKER_HOST");
    }
  }

 private:
  std::optional<std::string> before_;
};

// Takes connections and never says a word.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_, any, size) == 0);
    REQUIRE(::listen(socket_, 64) == 0);
    REQUIRE(::getsockname(socket_, any, &size) == 0);
    host_ = "tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~SilentServer() { ::close(socket_); }
  const char* host() const noexcept { return host_.c_str(); }

 private:
  int socket_;
  std::string host_;
};

}  // namespace

TEST_CASE("an image that is not there is IMAGE_NOT_FOUND") {
  refused({.image = "shiptrace/no-such-image:1"}, "IMAGE_NOT_FOUND", 125);
  refused({.image = "Not A Name"}, "IMAGE_NOT_FOUND", 125);
  // No image's name can become an option of docker.
  refused({.image = "--privileged", .argv = {test_image}}, "IMAGE_NOT_FOUND", 125);
}

TEST_CASE("a command that the image does not have is COMMAND_NOT_FOUND") {
  const Ended ended =
      refused({.image = test_image, .argv = {"no-such-program"}}, "COMMAND_NOT_FOUND", 127);
  CHECK(ended.text().find("no-such-program") != std::string_view::npos);
}

TEST_CASE("a command that cannot be executed is COMMAND_NOT_EXECUTABLE") {
  refused({.image = test_image, .argv = {"/etc"}}, "COMMAND_NOT_EXECUTABLE", 126);
}

TEST_CASE("docker's refusals are reported with its message") {
  const Ended limit =
      refused({.image = test_image, .argv = {"true"}, .memory = "8x"}, "PROCESS_EXIT", 125);
  CHECK(limit.text().find("8x") != std::string_view::npos);
  const Ended network = refused(
      {.image = test_image, .argv = {"true"}, .network = "no-such-network"}, "PROCESS_EXIT", 125);
  CHECK(network.text().find("no-such-network") != std::string_view::npos);
  const Ended value = refused({.image = test_image, .argv = {"true"}, .env = {"NAME=the-value"}},
                              "PROCESS_EXIT", 125);
  CHECK(value.text().find("the-value") == std::string_view::npos);
  CHECK(value.facts().refused);
}

TEST_CASE("a value that is given for a name is not recorded") {
  Recorder recorder;
  run_container(recorder.node(),
                {.image = test_image, .argv = {"true"}, .env = {"NAME=the-value"}});
  const auto events = recorder.events();
  CHECK(has(events.front().data, R"("env":["NAME"])"));
  for (const EventPayload& event : events) CHECK_FALSE(has(event.data, "the-value"));
}

TEST_CASE("without a client or a daemon it is DOCKER_UNAVAILABLE") {
  refused({.image = test_image, .docker = "shiptrace-no-such-client"}, "DOCKER_UNAVAILABLE", 125);
  const DockerHost nowhere("unix:///nonexistent/docker.sock");
  refused({.image = test_image}, "DOCKER_UNAVAILABLE", 125);
}

TEST_CASE("a daemon that never responds is given up") {
  if (::getenv("SHIPTRACE_TEST_LONG") == nullptr) {
    MESSAGE("SKIPPED: a silent daemon: takes half a minute; tests/run.sh --all");
    return;
  }
  const SilentServer server;
  const DockerHost silent(server.host());
  Recorder recorder;
  const Ended ended = run_container(recorder.node(), {.image = test_image, .timeout = 200ms});
  CHECK(ended.code() == "TIMEOUT");
  CHECK(ended.facts().duration < 60s);
  CHECK(ended.text().find("may be left behind") != std::string_view::npos);
  CHECK(has(recorder.events().back().data, R"("leftBehind":true)"));
}

}  // namespace trace::testing
