// SPDX-License-Identifier: Apache-2.0
// Containers that have to be ended, and what else runs on the daemon meanwhile.
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "capture/recorder.hpp"
#include "docker/daemon.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

std::string code_of(const EventPayload& event) {
  return event.error ? event.error->code.value_or("") : "";
}

// A container of another owner.
class ForeignContainer {
 public:
  ForeignContainer()
      : id_(docker_says({"run", "--detach", "--network", "none", test_image, "sleep", "1000"})) {
    REQUIRE_FALSE(id_.empty());
  }
  ~ForeignContainer() { docker({"rm", "--force", id_}); }
  bool runs() const {
    return docker_says({"inspect", "--format", "{{.State.Running}}", id_}) == "true";
  }

 private:
  std::string id_;
};

// The docker client that passes a container's output on to us, a child of this process.
pid_t attached_client() {
  const std::string ours = std::to_string(::getpid());
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream stat(entry.path() / "stat");
    std::string pid, name, state, parent;
    if (!(stat >> pid >> name >> state >> parent) || parent != ours) continue;
    std::string command;
    std::getline(std::ifstream(entry.path() / "cmdline"), command);
    if (command.find("--attach") != std::string::npos) return std::stoi(pid);
  }
  return 0;
}

}  // namespace

TEST_CASE("a timeout stops and removes the container, and nothing else") {
  const ForeignContainer foreign;
  Recorder recorder;
  const Ended ended =
      run_container(recorder.node(),
                    {.image = test_image, .argv = {"sleep", "1000"}, .timeout = 2s, .grace = 1s});
  const auto events = recorder.events();
  CHECK(ended.code() == "TIMEOUT");
  CHECK(ended.exit_status() == 124);
  CHECK(ended.text() == "timed out after 2s");
  CHECK(code_of(events.back()) == "TIMEOUT");
  CHECK(left_by(recorder.session().id()) == "");
  CHECK(foreign.runs());
}

TEST_CASE("a container may clean up before it ends") {
  Recorder recorder;
  std::stop_source source;
  std::string seen;
  const Ended ended = run_container(
      recorder.node(),
      {.image = test_image,
       .argv = {"sh", "-c", "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.1; done"},
       .grace = 60s,
       .stop = source.get_token(),
       .tap = [&](Stream, std::string_view bytes) {
         seen += bytes;
         if (seen.starts_with("up\n")) source.request_stop();
       }});
  const auto events = recorder.events();
  CHECK(ended.code() == "CANCELLED");
  CHECK(ended.exit_status() == 130);
  CHECK(ended.facts().exit_code == 3);
  CHECK(ended.facts().duration < 60s);
  CHECK(lines_of(events, Stream::out) == Lines{"up", "bye"});
  CHECK(code_of(events.back()) == "CANCELLED");
  bool observed = false;
  for (const EventPayload& event : events) {
    if (event.message != "Run cancelled by user") continue;
    observed = true;
    CHECK(event.level == Level::warn);
    CHECK(event.type == Type::progress);
  }
  CHECK(observed);
  CHECK(left_by(recorder.session().id()) == "");
}

TEST_CASE("a container that was cancelled before its start leaves nothing") {
  Recorder recorder;
  std::stop_source source;
  source.request_stop();
  const Ended ended =
      run_container(recorder.node(),
                    {.image = test_image, .argv = {"sleep", "1000"}, .stop = source.get_token()});
  CHECK(ended.code() == "CANCELLED");
  CHECK(left_by(recorder.session().id()) == "");
}

TEST_CASE("a shutdown stops the container and does not cancel the run") {
  Recorder recorder;
  std::stop_source source;
  const Ended ended = run_container(
      recorder.node(), {.image = test_image,
                        .argv = {"sh", "-c", "echo up; exec sleep 1000"},
                        .grace = 0s,
                        .shutdown = source.get_token(),
                        .tap = [&](Stream, std::string_view) { source.request_stop(); }});
  const auto events = recorder.events();
  CHECK(ended.code() == "WORKER_STOPPED");
  CHECK(ended.exit_status() == 143);
  CHECK(code_of(events.back()) == "WORKER_STOPPED");
  CHECK(has(events.back().data, R"("retryable":true)"));
  for (const EventPayload& event : events) CHECK(event.message != "Run cancelled by user");
  CHECK(left_by(recorder.session().id()) == "");
}

TEST_CASE("the backend's cancellation stops the container") {
  Recorder recorder;
  const Ended ended = run_container(
      recorder.node(), {.image = test_image,
                        .argv = {"sh", "-c", "echo up; exec sleep 1000"},
                        .grace = 1s,
                        .tap = [&](Stream, std::string_view) { recorder.cancel_run(); }});
  CHECK(ended.code() == "CANCELLED");
  CHECK(left_by(recorder.session().id()) == "");
}

TEST_CASE("the end of an Execution stops its container") {
  Recorder recorder;
  {
    const Execution execution = start_container(
        recorder.node(), {.image = test_image, .argv = {"sleep", "1000"}, .grace = 0s});
  }
  CHECK(code_of(recorder.events().back()) == "WORKER_STOPPED");
  CHECK(left_by(recorder.session().id()) == "");
}

TEST_CASE("a container does not go on without the client that reads its output") {
  Recorder recorder;
  pid_t killed = 0;
  const Ended ended =
      run_container(recorder.node(), {.image = test_image,
                                      .argv = {"sh", "-c", "echo up; exec sleep 1000"},
                                      .tap = [&](Stream, std::string_view) {
                                        killed = attached_client();
                                        if (killed > 0) ::kill(killed, SIGKILL);
                                      }});
  CHECK(killed > 0);
  CHECK(ended.code() == "DOCKER_UNAVAILABLE");
  CHECK(left_by(recorder.session().id()) == "");
}

TEST_CASE("several containers run beside each other") {
  Recorder recorder;
  std::vector<Execution> executions;
  for (int i = 0; i < 3; ++i) {
    executions.push_back(start_container(
        recorder.node(),
        {.image = test_image, .argv = {"sh", "-c", "echo out; exit " + std::to_string(i)}}));
  }
  for (int i = 0; i < 3; ++i) {
    CHECK(executions[static_cast<std::size_t>(i)].wait().exit_status() == i);
  }
  CHECK(lines_of(recorder.events(), Stream::out).size() == 3);
  CHECK(left_by(recorder.session().id()) == "");
}

}  // namespace trace::testing
