// SPDX-License-Identifier: Apache-2.0
// Containers whose end takes more than one call: a client that fails or hangs, a daemon that is
// away for a while, a user who does not want to wait.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "capture/recorder.hpp"
#include "docker/daemon.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

// The docker client with a weakness: a shell script before the real one. `body` may end with
// "exit"; what it lets pass goes to the client.
class WeakClient {
 public:
  explicit WeakClient(const std::string& body) {
    std::ofstream(path()) << "#!/bin/sh\ncd " << directory_.path().string()
                          << "\necho \"$1\" >> calls\n"
                          << body << "\nexec docker \"$@\"\n";
    std::filesystem::permissions(path(), std::filesystem::perms::owner_all);
  }
  std::string path() const { return directory_ / "docker"; }
  std::size_t calls(const std::string& order) const {
    std::ifstream file(directory_ / "calls");
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) count += line == order ? 1 : 0;
    return count;
  }

 private:
  TempDir directory_;
};

Ended stopped(const WeakClient& client, std::chrono::milliseconds grace) {
  Recorder recorder;
  std::stop_source stop;
  const Ended ended =
      run_container(recorder.node(), {.image = test_image,
                                      .argv = {"sh", "-c", "echo up; while :; do sleep 0.1; done"},
                                      .grace = grace,
                                      .stop = stop.get_token(),
                                      .tap = [&](Stream, std::string_view) { stop.request_stop(); },
                                      .docker = client.path()});
  CHECK(ended.code() == "CANCELLED");
  CHECK_FALSE(has(recorder.events().back().data, "leftBehind"));
  CHECK(left_by(recorder.session().id()) == "");
  return ended;
}

}  // namespace

TEST_CASE("a stop that fails is ordered again while the grace lasts, then comes the kill") {
  const WeakClient fails(
      "test \"$1\" = stop && echo 'Error response from daemon: no' >&2 && exit 1");
  const Ended ended = stopped(fails, 1500ms);
  CHECK(fails.calls("stop") >= 2);
  CHECK(fails.calls("kill") >= 1);
  CHECK(ended.facts().exit_code == 137);
}

TEST_CASE("a kill that fails is ordered again") {
  const WeakClient fails(
      "if [ \"$1\" = kill ]; then echo x >> kills; test $(wc -l < kills) -lt 4 && exit 1; fi");
  stopped(fails, 0ms);
  CHECK(fails.calls("kill") == 4);
}

TEST_CASE("a daemon that is away for a while is waited for") {
  const WeakClient away(
      "case $1 in stop|kill|inspect|rm|version) echo x >> away\n"
      "test $(wc -l < away) -lt 6 && echo 'Cannot connect to the Docker daemon' >&2 && exit 1;; "
      "esac");
  stopped(away, 0ms);
}

TEST_CASE("a removal that fails is ordered again") {
  const WeakClient fails(
      "if [ \"$1\" = rm ]; then echo x >> rms; test $(wc -l < rms) -lt 3 && "
      "echo 'Error response from daemon: removal is already in progress' >&2 && exit 1; fi");
  stopped(fails, 0ms);
  CHECK(fails.calls("rm") == 3);
}

TEST_CASE("a second request kills at once, also while a stop hangs") {
  const WeakClient hangs("test \"$1\" = stop && echo hangs >> stops && exec sleep 1000");
  Recorder recorder;
  std::stop_source stop;
  std::stop_source kill;
  Execution execution = start_container(
      recorder.node(), {.image = test_image,
                        .argv = {"sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"},
                        .grace = 1h,
                        .stop = stop.get_token(),
                        .kill = kill.get_token(),
                        .tap = [&](Stream, std::string_view) { stop.request_stop(); },
                        .docker = hangs.path()});
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (hangs.calls("stop") == 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(5ms);
  }
  kill.request_stop();
  const Ended ended = execution.wait();
  CHECK(ended.code() == "CANCELLED");
  CHECK(ended.facts().exit_code == 137);
  CHECK(ended.facts().duration < 60s);
  CHECK(left_by(recorder.session().id()) == "");
}

TEST_CASE("a stop while the container is being created leaves nothing") {
  // The client goes before the daemon has heard of it, in the middle, or after.
  for (const char* pause : {"sleep 0.3", "sleep 100", "docker \"$@\" & sleep 100"}) {
    const WeakClient slow(fmt::format("if [ \"$1\" = create ]; then {}; fi", pause));
    Recorder recorder;
    Execution execution = start_container(
        recorder.node(),
        {.image = test_image, .argv = {"sleep", "1000"}, .grace = 0ms, .docker = slow.path()});
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (slow.calls("create") == 0 && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(5ms);
    }
    execution.stop();
    CHECK(execution.wait().code() == "CANCELLED");
    CHECK(left_by(recorder.session().id()) == "");
  }
}

TEST_CASE("a daemon that does not see our files is not given them") {
  const WeakClient elsewhere(
      "case \"$*\" in create*--mount*) echo 'Error response from daemon: invalid mount config for "
      "type \"bind\": bind source path does not exist: /x/shiptrace-1' >&2; exit 1;; esac");
  Recorder recorder;
  ContainerSpec spec{.image = test_image,
                     .argv = {"sh", "-c", "echo ${SHIPSEC_OUTPUT_PATH-none}"},
                     .docker = elsewhere.path()};
  CHECK(run_container(recorder.node(), spec).ok());
  CHECK(lines_of(recorder.events(), Stream::out) == std::vector<std::string>{"none"});
  CHECK(has(recorder.events().back().data, "\"withoutFiles\":\"invalid mount config"));
  // Unless it cannot do without.
  spec.input_file = "{}";
  CHECK_FALSE(run_container(recorder.node(), spec).ok());
}

}  // namespace trace::testing
