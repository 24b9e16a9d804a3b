// SPDX-License-Identifier: Apache-2.0
// Consumers of a child's raw output, and the child when they are slow, fail or close.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <thread>

#include "capture/recorder.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Ends {
  Ends() { REQUIRE(::pipe2(ends, O_CLOEXEC) == 0); }
  ~Ends() {
    close_read();
    ::close(ends[1]);
  }
  void close_read() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }
  int ends[2];
};

const EventPayload* end_in(const std::vector<EventPayload>& events) {
  const auto found = std::find_if(events.begin(), events.end(), [](const EventPayload& event) {
    return event.type == Type::completed || event.type == Type::failed;
  });
  return found == events.end() ? nullptr : &*found;
}

std::ptrdiff_t ends_in(const std::vector<EventPayload>& events) {
  return std::count_if(events.begin(), events.end(), [](const EventPayload& event) {
    return event.type == Type::completed || event.type == Type::failed;
  });
}

}  // namespace

TEST_CASE("a tap that blocks delays the child and no timeout") {
  Recorder recorder;
  std::atomic<bool> may_go_on = false;
  std::atomic<std::size_t> tapped = 0;
  Execution execution =
      start_process(recorder.node(),
                    {.argv = {"yes"}, .timeout = 300ms, .tap = [&](Stream, std::string_view bytes) {
                       tapped += bytes.size();
                       may_go_on.wait(false);
                     }});
  const auto deadline = Clock::now() + 20s;
  while (end_in(recorder.events()) == nullptr && Clock::now() < deadline) {
    std::this_thread::sleep_for(10ms);
  }
  const auto events = recorder.events();
  may_go_on = true;
  may_go_on.notify_all();
  REQUIRE(end_in(events) != nullptr);
  CHECK(end_in(events)->error->code == "TIMEOUT");
  CHECK(execution.wait().code() == "TIMEOUT");
  CHECK(ends_in(recorder.events()) == 1);
  CHECK(tapped < 8U << 20U);
}

TEST_CASE("a tap gets all that was printed before the call returns, in order") {
  Recorder recorder;
  std::string seen;
  const Ended ended =
      run_process(recorder.node(), {.argv = {"seq", "100000"}, .tap = [&](Stream, auto bytes) {
                                      if (seen.empty()) std::this_thread::sleep_for(700ms);
                                      seen += bytes;
                                    }});
  std::string expected;
  for (int i = 1; i <= 100'000; ++i) expected += std::to_string(i) + "\n";
  CHECK(ended.ok());
  CHECK(seen == expected);
}

TEST_CASE("a tap that throws ends the child and the node, once") {
  Recorder recorder;
  SUBCASE("while the child runs") {
    const Ended ended = run_process(
        recorder.node(),
        {.argv = {"sh", "-c", "echo up; exec sleep 1000"}, .tap = [](Stream, std::string_view) {
           throw std::runtime_error("the tap's own reason");
         }});
    CHECK(ended.code() == "ABANDONED");
    CHECK(ended.text() == "the tap's own reason");
  }
  SUBCASE("after its end") {
    const Ended ended =
        run_process(recorder.node(), {.argv = {"echo", "up"}, .tap = [](Stream, std::string_view) {
                                        std::this_thread::sleep_for(100ms);
                                        throw std::runtime_error("the tap's own reason");
                                      }});
    CHECK(ended.code() == "ABANDONED");
  }
  const auto events = recorder.events();
  CHECK(ends_in(events) == 1);
  CHECK(end_in(events)->error->code == "ABANDONED");
  CHECK(end_in(events)->error->message == "the tap's own reason");
}

TEST_CASE("output is passed on byte for byte, and the descriptors stay as they were") {
  Recorder recorder;
  const Ends out;
  const Ends err;
  const Ended ended =
      run_process(recorder.node(), {.argv = {"sh", "-c", "printf 'a\\000b\\r\\n'; printf e >&2"},
                                    .pass_on = {.out = out.ends[1], .err = err.ends[1]}});
  CHECK(ended.ok());
  CHECK_FALSE(ended.facts().not_passed_on);
  char bytes[16];
  REQUIRE(::read(out.ends[0], bytes, sizeof bytes) == 5);
  CHECK(std::string(bytes, 5) == std::string("a\0b\r\n", 5));
  REQUIRE(::read(err.ends[0], bytes, sizeof bytes) == 1);
  CHECK(::fcntl(out.ends[1], F_GETFD) >= 0);
}

TEST_CASE("a reader that leaves breaks the child's pipe; the other stream goes on") {
  Recorder recorder;
  Ends out;
  out.close_read();
  SUBCASE("a child that is killed by it") {
    const Ended ended =
        run_process(recorder.node(), {.argv = {"yes"}, .pass_on = {.out = out.ends[1]}});
    CHECK(ended.code() == "PROCESS_SIGNAL");
    CHECK(ended.facts().signal == SIGPIPE);
    CHECK(ended.exit_status() == 128 + SIGPIPE);
    CHECK_FALSE(ended.facts().not_passed_on);
  }
  SUBCASE("a child that survives it") {
    const Ended ended = run_process(
        recorder.node(),
        {.argv = {"sh", "-c",
                  "trap '' PIPE; while echo x 2>/dev/null; do sleep 0.01; done; echo rest >&2; "
                  "exit 7"},
         .pass_on = {.out = out.ends[1]}});
    CHECK(ended.exit_status() == 7);
    CHECK(lines_of(recorder.events(), Stream::err).back() == "rest");
  }
}

TEST_CASE("output that cannot be written is reported, and the child is still recorded") {
  Recorder recorder;
  SUBCASE("because it fails") {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    const Ended ended = run_process(
        recorder.node(), {.argv = {"echo", "hello"}, .pass_on = {.out = full, .err = full}});
    ::close(full);
    CHECK(ended.ok());
    REQUIRE(ended.facts().not_passed_on);
    CHECK(ended.facts().not_passed_on->bytes == 6);
    CHECK(ended.facts().not_passed_on->error == ENOSPC);
  }
  SUBCASE("because it is not read until the timeout") {
    const Ends out;
    ::fcntl(out.ends[1], F_SETPIPE_SZ, 4096);
    const Ended ended =
        run_process(recorder.node(),
                    {.argv = {"seq", "5000"}, .timeout = 300ms, .pass_on = {.out = out.ends[1]}});
    CHECK(ended.ok());  // the child has ended in time
    REQUIRE(ended.facts().not_passed_on);
    CHECK(ended.facts().not_passed_on->error == 0);
    CHECK(end_in(recorder.events())->type == Type::completed);
  }
  SUBCASE("but not when there is none") {
    const Ended ended =
        run_process(recorder.node(), {.argv = {"echo", "hello"}, .pass_on = {.out = 900'000}});
    CHECK(ended.ok());
    CHECK_FALSE(ended.facts().not_passed_on);
  }
}

}  // namespace trace::testing
