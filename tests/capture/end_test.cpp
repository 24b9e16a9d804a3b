// SPDX-License-Identifier: Apache-2.0
// Children that have to be terminated, and children that leave grandchildren.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "capture/recorder.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

// A zombie counts as gone.
bool alive(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  return (stat >> number >> name >> state) && state != "Z" && state != "X";
}

bool gone_soon(pid_t pid) {
  for (const auto end = Steady::now() + 10s; Steady::now() < end;
       std::this_thread::sleep_for(5ms)) {
    if (!alive(pid)) return true;
  }
  return false;
}

std::string code_of(const EventPayload& event) {
  return event.error ? event.error->code.value_or("") : "";
}

// Calls once when the child has written its first bytes.
OutputTap at_first_output(std::function<void()> call) {
  return [call = std::move(call), done = false](Stream, std::string_view) mutable {
    if (!std::exchange(done, true)) call();
  };
}

void check_cancelled(const std::vector<EventPayload>& events, const Ended& ended) {
  CHECK(ended.code() == "CANCELLED");
  CHECK(ended.exit_status() == 130);
  REQUIRE(events.size() >= 3);
  const EventPayload& before = events[events.size() - 2];
  CHECK(before.type == Type::progress);
  CHECK(before.level == Level::warn);
  CHECK(before.message == "Run cancelled by user");
  CHECK(events.back().type == Type::failed);
  CHECK(code_of(events.back()) == "CANCELLED");
}

void check_stopped(const std::vector<EventPayload>& events, const Ended& ended) {
  CHECK(ended.code() == "WORKER_STOPPED");
  CHECK(ended.exit_status() == 143);
  REQUIRE(!events.empty());
  for (const EventPayload& event : events) CHECK(event.message != "Run cancelled by user");
  CHECK(events.back().type == Type::failed);
  CHECK(code_of(events.back()) == "WORKER_STOPPED");
  CHECK(has(events.back().data, R"("retryable":true)"));
}

}  // namespace

TEST_CASE("a timeout lets a child clean up") {
  Recorder recorder;
  const Ended ended =
      run_process(recorder.node(),
                  {.argv = {"sh", "-c", "trap 'echo bye; exit 5' TERM; echo up; sleep 100 & wait"},
                   .timeout = 700ms,
                   .grace = 60s});
  const auto events = recorder.events();
  CHECK(ended.code() == "TIMEOUT");
  CHECK(ended.text() == "timed out after 700ms");
  CHECK(ended.exit_status() == 124);
  CHECK(ended.facts().exit_code == 5);
  CHECK(ended.facts().duration >= 700ms);
  CHECK(ended.facts().duration < 60s);
  CHECK(lines_of(events, Stream::out) == std::vector<std::string>{"up", "bye"});
  CHECK(code_of(events.back()) == "TIMEOUT");
}

TEST_CASE("a timeout ends a child that ignores SIGTERM, and its whole group") {
  Recorder recorder;
  const Ended ended = run_process(
      recorder.node(),
      {.argv = {"sh", "-c", "trap '' TERM; sleep 1000 & echo $!; while :; do sleep 1000; done"},
       .timeout = 500ms,
       .grace = 200ms});
  const auto lines = lines_of(recorder.events(), Stream::out);
  CHECK(ended.code() == "TIMEOUT");
  CHECK(ended.facts().signal == SIGKILL);
  CHECK(ended.text() == "timed out after 500ms; SIGKILL ended it");
  CHECK(ended.facts().duration >= 700ms);
  REQUIRE(lines.size() == 1);
  CHECK(gone_soon(std::stoi(lines[0])));
}

TEST_CASE("a stopped child is ended as well") {
  Recorder recorder;
  const Ended ended = run_process(
      recorder.node(), {.argv = {"sh", "-c", "kill -STOP $$"}, .timeout = 300ms, .grace = 60s});
  CHECK(ended.code() == "TIMEOUT");
  CHECK(ended.facts().duration < 60s);
}

TEST_CASE("a grandchild that keeps the pipes open does not delay the end") {
  SUBCASE("in the group: it is killed") {
    Recorder recorder;
    const Ended ended =
        run_process(recorder.node(), {.argv = {"sh", "-c", "sleep 1000 & echo $!"}});
    const auto lines = lines_of(recorder.events(), Stream::out);
    CHECK(ended.ok());
    REQUIRE(lines.size() == 1);
    CHECK(gone_soon(std::stoi(lines[0])));
  }
  SUBCASE("outside of it: it is left alone") {
    Recorder recorder;
    const Ended ended =
        run_process(recorder.node(), {.argv = {"sh", "-c", "setsid sleep 1000 & echo $!; exit 4"}});
    const auto lines = lines_of(recorder.events(), Stream::out);
    CHECK(ended.exit_status() == 4);
    REQUIRE(lines.size() == 1);
    ::kill(std::stoi(lines[0]), SIGKILL);
  }
}

TEST_CASE("stop() cancels") {
  Recorder recorder;
  std::atomic<bool> up = false;
  Execution execution =
      start_process(recorder.node(),
                    {.argv = {"sh", "-c", "echo up; exec sleep 1000"}, .tap = at_first_output([&] {
                                                                         up = true;
                                                                         up.notify_all();
                                                                       })});
  up.wait(false);
  execution.stop();
  const Ended ended = execution.wait();
  check_cancelled(recorder.events(), ended);
  CHECK(ended.facts().signal == SIGTERM);
}

TEST_CASE("a stop token cancels, also one that asked before the start") {
  std::stop_source source;
  Recorder recorder;
  SUBCASE("while it runs") {
    const Ended ended =
        run_process(recorder.node(), {.argv = {"sh", "-c", "echo up; exec sleep 1000"},
                                      .stop = source.get_token(),
                                      .tap = at_first_output([&] { source.request_stop(); })});
    check_cancelled(recorder.events(), ended);
  }
  SUBCASE("before") {
    source.request_stop();
    const Ended ended =
        run_process(recorder.node(), {.argv = {"sleep", "1000"}, .stop = source.get_token()});
    check_cancelled(recorder.events(), ended);
  }
}

TEST_CASE("a shutdown ends the child and does not cancel the run") {
  std::stop_source source;
  Recorder recorder;
  SUBCASE("by a token, while it runs") {
    const Ended ended =
        run_process(recorder.node(), {.argv = {"sh", "-c", "echo up; exec sleep 1000"},
                                      .shutdown = source.get_token(),
                                      .tap = at_first_output([&] { source.request_stop(); })});
    check_stopped(recorder.events(), ended);
  }
  SUBCASE("by a token, before the start; a later cancellation changes nothing") {
    std::stop_source user;
    source.request_stop();
    Execution execution = start_process(
        recorder.node(),
        {.argv = {"sleep", "1000"}, .stop = user.get_token(), .shutdown = source.get_token()});
    user.request_stop();
    const Ended ended = execution.wait();
    check_stopped(recorder.events(), ended);
  }
  SUBCASE("by the Execution") {
    Execution execution = start_process(recorder.node(), {.argv = {"sleep", "1000"}});
    execution.stop(StopReason::shutdown);
    const Ended ended = execution.wait();
    check_stopped(recorder.events(), ended);
  }
  SUBCASE("by force") {
    std::stop_source kill;
    std::string seen;
    const Ended ended = run_process(
        recorder.node(),
        {.argv = {"sh", "-c", "trap 'echo no' TERM; echo up; while :; do sleep 0.05; done"},
         .grace = 1h,
         .shutdown = source.get_token(),
         .kill = kill.get_token(),
         .tap = [&](Stream, std::string_view bytes) {
           seen += bytes;
           source.request_stop();
           if (seen.find("no") != seen.npos) kill.request_stop();
         }});
    check_stopped(recorder.events(), ended);
    CHECK(ended.text() == "the worker was stopped; SIGKILL ended it");
  }
}

TEST_CASE("a child that is captured again is another attempt of its node") {
  Recorder recorder;
  run_process(recorder.node(), {.argv = {"false"}});
  run_process(recorder.node(), {.argv = {"true"}});
  const auto events = recorder.events();
  REQUIRE(events.size() == 4);
  CHECK_FALSE(has(events[1].data, "attempt"));
  for (const std::size_t i : {2U, 3U}) CHECK(has(events[i].data, R"("_metadata":{"attempt":2})"));
}

TEST_CASE("the backend's cancellation of the run ends its child") {
  Recorder recorder;
  recorder.cancel_run();
  const Ended ended = run_process(recorder.node(), {.argv = {"sleep", "1000"}});
  check_cancelled(recorder.events(), ended);
}

TEST_CASE("the end of an Execution ends its child") {
  Recorder recorder;
  { const Execution execution = start_process(recorder.node(), {.argv = {"sleep", "1000"}}); }
  const auto events = recorder.events();
  CHECK(code_of(events.back()) == "WORKER_STOPPED");
}

TEST_CASE("several children run beside each other") {
  Recorder recorder;
  std::vector<Execution> executions;
  for (int i = 0; i < 8; ++i) {
    executions.push_back(start_process(
        recorder.node(), {.argv = {"sh", "-c", "echo out; exit " + std::to_string(i)}}));
  }
  for (int i = 0; i < 8; ++i)
    CHECK(executions[static_cast<std::size_t>(i)].wait().exit_status() == i);
  CHECK(lines_of(recorder.events(), Stream::out).size() == 8);
}

TEST_CASE("a child does not outlive a killed worker") {
  int channel[2];
  REQUIRE(::pipe(channel) == 0);
  const pid_t worker = ::fork();
  if (worker == 0) {  // it never returns: it runs until it is killed
    Recorder recorder;
    run_process(recorder.node(), {.argv = {"sh", "-c", "echo $$; exec sleep 1000"},
                                  .tap = [&](Stream, std::string_view bytes) {
                                    if (::write(channel[1], bytes.data(), bytes.size()) < 0) {
                                      ::_exit(1);
                                    }
                                  }});
    ::_exit(0);
  }
  REQUIRE(worker > 0);
  ::close(channel[1]);
  char text[32] = {};
  const ssize_t got = ::read(channel[0], text, sizeof text - 1);
  ::close(channel[0]);
  ::kill(worker, SIGKILL);
  ::waitpid(worker, nullptr, 0);
  REQUIRE(got > 0);
  CHECK(gone_soon(std::stoi(text)));
}

}  // namespace trace::testing
