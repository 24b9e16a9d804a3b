// SPDX-License-Identifier: Apache-2.0
// Children that fight their end: that ignore it, that multiply, that hold on to our pipes.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "capture/recorder.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

// Running processes with this word in their command line.
std::size_t running_with(const std::string& word) {
  std::size_t count = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    std::string line;
    std::getline(std::ifstream(entry.path() / "cmdline"), line);
    if (line.find(word) != std::string::npos) ++count;
  }
  return count;
}

bool all_gone_soon(const std::string& word) {
  for (const auto end = Steady::now() + 10s; Steady::now() < end;
       std::this_thread::sleep_for(5ms)) {
    if (running_with(word) == 0) return true;
  }
  return false;
}

// A group of the pids controller with a limit; empty where none can be made.
class LimitedProcesses {
 public:
  explicit LimitedProcesses(int most) {
    for (const char* parent : {"/sys/fs/cgroup/pids/", "/sys/fs/cgroup/"}) {
      std::error_code error;
      const std::string path = fmt::format("{}shiptrace-test-{}", parent, ::getpid());
      if (!std::filesystem::create_directory(path, error)) continue;
      if (std::ofstream(path + "/pids.max") << most << std::flush) {
        path_ = path;
        return;
      }
      ::rmdir(path.c_str());
    }
  }
  ~LimitedProcesses() {
    if (!path_.empty()) ::rmdir(path_.c_str());
  }
  // Forks that the limit has prevented.
  long refused() const {
    std::ifstream events(path_ + "/pids.events");
    std::string name;
    long count = 0;
    return events >> name >> count && name == "max" ? count : 0;
  }
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("kill() leaves no grace, whether it comes alone or during one") {
  const std::vector<std::string> stubborn{
      "sh", "-c", "trap 'echo no' TERM; echo up; while :; do sleep 0.05; done"};
  Recorder recorder;
  SUBCASE("alone") {
    std::atomic<bool> up = false;
    Execution execution = start_process(
        recorder.node(), {.argv = stubborn, .grace = 1h, .tap = [&](Stream, std::string_view) {
                            up = true;
                            up.notify_all();
                          }});
    up.wait(false);
    execution.kill();
    const Ended ended = execution.wait();
    CHECK(ended.code() == "CANCELLED");
    CHECK(ended.facts().signal == SIGKILL);
    CHECK(lines_of(recorder.events(), Stream::out) == std::vector<std::string>{"up"});
  }
  SUBCASE("during the grace") {
    std::stop_source stop;
    std::stop_source kill;
    std::string seen;
    const Ended ended = run_process(recorder.node(), {.argv = stubborn,
                                                      .grace = 1h,
                                                      .stop = stop.get_token(),
                                                      .kill = kill.get_token(),
                                                      .tap = [&](Stream, std::string_view bytes) {
                                                        seen += bytes;
                                                        stop.request_stop();
                                                        if (seen.find("no") != seen.npos) {
                                                          kill.request_stop();
                                                        }
                                                      }});
    CHECK(ended.code() == "CANCELLED");
    CHECK(ended.text() == "cancelled; SIGKILL ended it");
    std::size_t observed = 0;
    for (const EventPayload& event : recorder.events()) {
      if (event.message == "Run cancelled by user") ++observed;
    }
    CHECK(observed == 1);
  }
}

TEST_CASE("a child that forks up to the limit of processes is ended with all that it made") {
  const LimitedProcesses group(200);
  if (group.path().empty()) {
    MESSAGE("SKIPPED: a child that forks up to a limit: no pids control group can be made here");
    return;
  }
  const std::string word = fmt::format("shiptrace-fork-{}", ::getpid());
  TempDir directory;
  std::ofstream(directory / word) << "echo $$ > " << group.path() << "/cgroup.procs\n"
                                  << "trap '' TERM\n"
                                  << "while :; do sh -c 'trap \"\" TERM; sleep 1000' " << word
                                  << " & done\n";
  const std::string script = directory / word;
  Recorder recorder;
  std::size_t most = 0;
  std::atomic<bool> full = false;
  std::stop_source stop;
  // The shell complains of each fork that fails.
  const Ended ended = run_process(recorder.node(), {.argv = {"sh", script},
                                                    .timeout = 60s,
                                                    .grace = 100ms,
                                                    .stop = stop.get_token(),
                                                    .tap = [&](Stream, std::string_view) {
                                                      if (full.exchange(true)) return;
                                                      most = running_with(word);
                                                      stop.request_stop();
                                                    }});
  CHECK(full);
  // How many there are at a moment is a matter of luck: those that cannot fork go away again.
  CHECK(most > 0);
  CHECK(group.refused() > 0);
  const bool is_reported = ended.code() == "CANCELLED" || ended.code() == "PROCESS_EXIT";
  CHECK(is_reported);
  CHECK(all_gone_soon(word));
  CHECK(recorder.events().back().type == Type::failed);
}

}  // namespace trace::testing
