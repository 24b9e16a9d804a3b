// SPDX-License-Identifier: Apache-2.0
// The last event of a process besides its exit status: the end of its stderr, its usage, and the
// kernel's hand in it.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <new>
#include <stdexcept>

#include "capture/recorder.hpp"
#include "child/control_group.hpp"
#include "child/node_capture.hpp"
#include "secrets/matcher.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

struct Observed {
  Ended ended;
  EventPayload last;
};

Observed run_shell(const std::string& script) {
  Recorder recorder;
  Ended ended = run_process(recorder.node(), {.argv = {"sh", "-c", script}});
  return {std::move(ended), recorder.events().back()};
}

// A memory control group of the test's own with a limit, version 1 or 2; made where the machine
// lets us.
class LimitedMemory {
 public:
  explicit LimitedMemory(std::uint64_t bytes) {
    const std::string name = fmt::format("shiptrace-test-{}", ::getpid());
    for (const auto& [parent, limit] :
         {std::pair{"/sys/fs/cgroup/memory/", "memory.limit_in_bytes"},
          std::pair{"/sys/fs/cgroup/", "memory.max"}}) {
      std::error_code error;
      const std::string path = parent + name;
      if (!std::filesystem::create_directory(path, error)) continue;
      std::ofstream(path + "/memory.swap.max") << 0;
      if (std::ofstream(path + "/" + limit) << bytes << std::flush) {
        path_ = path;
        return;
      }
      ::rmdir(path.c_str());
    }
  }
  ~LimitedMemory() {
    if (!path_.empty()) ::rmdir(path_.c_str());
  }
  bool made() const noexcept { return !path_.empty(); }
  bool enter() const {
    return static_cast<bool>(std::ofstream(path_ + "/cgroup.procs") << ::getpid() << std::flush);
  }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("a failure carries the last lines of stderr, a success none") {
  const Observed failed =
      run_shell("echo out; for i in $(seq 1 15); do echo line $i >&2; done; exit 1");
  REQUIRE(failed.last.data);
  CHECK(has(failed.last.data,
            R"("stderrTail":["line 6","line 7","line 8","line 9","line 10","line 11",)"
            R"("line 12","line 13","line 14","line 15"])"));
  const Observed fine = run_shell("echo err >&2");
  CHECK_FALSE(has(fine.last.data, "stderrTail"));
  CHECK_FALSE(has(run_shell("exit 1").last.data, "stderrTail"));
}

TEST_CASE("the last lines are bounded, and no character is cut") {
  child::StderrTail tail;
  CHECK(tail.json() == "[]");
  std::string long_line;
  while (long_line.size() < 10'000) long_line += "\u00e4\u20ac\U0001F600";
  for (std::size_t cut = 0; cut < 9; ++cut) {
    const std::string line = long_line.substr(0, long_line.size() - 9) + std::string(cut, 'x');
    tail.add(detail::secrets::RedactedTexts::of(line));
    const std::string json = tail.json();
    CHECK(json.size() <= child::StderrTail::most_bytes + 4);
    CHECK(json.size() > child::StderrTail::most_bytes - 8);
    // A text that was cut would not come back as it is.
    auto event = parse_event(
        fmt::format(R"({{"id":"1","runId":"r","nodeId":"n","type":"PROGRESS","level":"info",)"
                    R"("timestamp":"2026-01-01T00:00:00Z","data":{{"tail":{}}}}})",
                    json));
    REQUIRE(event);
    CHECK(to_json(*event).find("\uFFFD") == std::string::npos);
  }
  for (int i = 0; i < 100; ++i) tail.add(detail::secrets::RedactedTexts::of("short"));
  CHECK(tail.json().size() == 10 * (sizeof "\"short\"") + 1);
}

TEST_CASE("a token that the cut of a long line goes through is not in the last lines") {
  // 4 KiB are kept of the line's end, and the token begins in front of them.
  const Observed observed = run_shell(
      "printf '%01000d token=Ab3%sQ9xZ' 0 $(seq -s kQ 100 140) >&2; "
      "printf ' %03950d' 0 >&2; exit 1");
  REQUIRE(observed.last.data);
  CHECK(has(observed.last.data, "stderrTail"));
  CHECK_FALSE(has(observed.last.data, "kQ13"));
  CHECK_FALSE(has(observed.last.data, "Q9xZ"));
}

TEST_CASE("of a private key whose first line is gone nothing is in the last lines") {
  const std::string body = "for i in $(seq 30); do echo MIIEpAIBAAKCAQEA7bq$i >&2; done; ";
  const std::string begin = "echo -----BEGIN RSA PRIVATE KEY----- >&2; ";
  const std::string end = "echo -----END RSA PRIVATE KEY----- >&2; ";
  const Observed whole = run_shell(begin + body + end + "echo cannot connect >&2; exit 1");
  CHECK(has(whole.last.data, R"("stderrTail":["[REDACTED]","cannot connect"])"));
  const Observed open = run_shell(begin + body + "exit 1");
  CHECK(has(open.last.data, R"("stderrTail":["[REDACTED]"])"));
  const Observed other = run_shell(begin + "for i in $(seq 30); do echo line $i >&2; done; exit 1");
  CHECK(has(other.last.data, R"("line 21")"));
  const Observed none = run_shell(body + "exit 1");
  CHECK(has(none.last.data, "MIIEpAIBAAKCAQEA7bq21"));
}

TEST_CASE("a failure after the recorded end changes neither the node nor the result") {
  const auto ends_of = [](const std::function<void()>& fails) {
    Recorder recorder;
    Node node = recorder.node();
    Execution execution = child::start_execution(
        node, {},
        [&](child::CapturedNode& taken, child::Loop& loop, const child::StopTokens& stop) {
          child::NodeCapture capture(taken, loop, {.origin = "process", .timeout = 0ms, .tap = {}},
                                     stop);
          capture.started(capture.node().cut("it", 10), {});
          capture.ended({.code = "PROCESS_EXIT", .text = "exited with code 7", .exit_code = 7});
          fails();
          return Ended({});
        });
    const Ended ended = execution.wait();
    CHECK(ended.code() == "PROCESS_EXIT");
    CHECK(ended.facts().exit_code == 7);
    int ends = 0;
    for (const EventPayload& event : recorder.events()) {
      if (event.type == Type::failed || event.type == Type::completed) ++ends;
    }
    return ends;
  };
  CHECK(ends_of([] { throw std::bad_alloc(); }) == 1);
  CHECK(ends_of([] { throw std::runtime_error("afterwards"); }) == 1);
}

TEST_CASE("CPU time and memory of a process and its children are recorded") {
  const Observed observed = run_shell(
      "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; "
      "head -c 40000000 /dev/zero | tail -c 39999999 | wc -c");
  REQUIRE(observed.ended.facts().usage);
  const Usage& used = *observed.ended.facts().usage;
  CHECK(used.user + used.system > 20ms);
  CHECK(used.user + used.system < observed.ended.facts().duration * 64);
  CHECK(used.max_rss_bytes > 39'000'000);
  CHECK(used.max_rss_bytes < 400'000'000);
  CHECK(has(observed.last.data, fmt::format("\"cpuUserMs\":{}", used.user.count())));
  CHECK(has(observed.last.data, fmt::format("\"cpuSystemMs\":{}", used.system.count())));
  CHECK(has(observed.last.data, fmt::format("\"maxRssBytes\":{}", used.max_rss_bytes)));
}

TEST_CASE("what was never started has used nothing") {
  Recorder recorder;
  const Ended ended = run_process(recorder.node(), {.argv = {"shiptrace-no-such-program"}});
  CHECK_FALSE(ended.facts().usage);
  CHECK_FALSE(has(recorder.events().back().data, "maxRssBytes"));
}

TEST_CASE("a process that the kernel kills for want of memory is OOM_KILLED") {
  const LimitedMemory group(96 << 20);
  if (!group.made()) {
    MESSAGE("SKIPPED: a process without memory: no memory control group can be made here");
    return;
  }
  // The worker in the group is a child of ours, so that nothing of the test is in danger.
  const auto worker = [&](const char* script, const char* code) {
    const pid_t child = ::fork();
    if (child == 0) {
      if (!group.enter()) ::_exit(2);
      Recorder recorder;
      const Ended ended = run_process(recorder.node(), {.argv = {"sh", "-c", script}});
      const bool observed = has(recorder.events().back().data, "\"maxRssBytes\":");
      ::_exit(ended.code() == code && observed ? 0 : 1);
    }
    int status = 0;
    REQUIRE(child > 0);
    ::waitpid(child, &status, 0);
    CHECK_MESSAGE(status == 0, script);
  };
  worker("exec tail /dev/zero", "OOM_KILLED");
  worker("tail /dev/zero; exit $?", "OOM_KILLED");  // a shell reports it as 137
  // Another sender's SIGKILL is not the OOM killer's.
  worker("kill -KILL $$", "PROCESS_SIGNAL");
}

}  // namespace trace::testing
