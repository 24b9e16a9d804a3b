// SPDX-License-Identifier: Apache-2.0
// Attacks by readers of the output that `shiptrace run` passes on.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "attack/capture/attacks.hpp"
#include "attack/capture/traced.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto most = 20s;

void expect_within(Trial& trial, double seconds, double least, double most_seconds) {
  trial.expect(seconds >= least && seconds <= most_seconds,
               fmt::format("took {:.2f} s instead of {} to {}", seconds, least, most_seconds));
  trial.note(fmt::format("{:.2f} s", seconds));
}

void expect_last(Trial& trial, const Stage& stage, const std::string& code) {
  const auto events = stage.events();
  trial.expect_equal(code_of(events.back()), code, "code of the last event");
  trial.note(fmt::format("{} events", events.size()));
}

void timeout_without_reader(Trial& trial) {
  const Stage stage;
  const Ends out;
  const auto start = Clock::now();
  Started run(stage.command("run", {"--timeout", "1s", "--", "yes"}), out.write, -1);
  trial.expect_equal(run.wait(most), 124, "exit");
  expect_within(trial, seconds_since(start), 1.0, 5.0);
  expect_last(trial, stage, "TIMEOUT");
}

void timeout_without_readers(Trial& trial) {
  const Stage stage;
  const Ends both;
  const auto start = Clock::now();
  Started run(stage.command("run", {"--timeout", "1s", "--", "sh", "-c", "yes & yes >&2"}),
              both.write, both.write);
  trial.expect_equal(run.wait(most), 124, "exit");
  expect_within(trial, seconds_since(start), 1.0, 7.0);
  expect_last(trial, stage, "TIMEOUT");
}

void timeout_at_dead_terminal(Trial& trial) {
  const Stage stage;
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0) {
    return trial.skip("no pseudo terminal can be made here");
  }
  char name[64];
  ::ptsname_r(terminal, name, sizeof name);
  const int out = ::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  const auto start = Clock::now();
  Started run(stage.command("run", {"--timeout", "1s", "--", "yes"}), out, -1);
  trial.expect_equal(run.wait(most), 124, "exit");
  expect_within(trial, seconds_since(start), 1.0, 5.0);
  expect_last(trial, stage, "TIMEOUT");
  ::close(out);
  ::close(terminal);
}

// Our queue and the pipe can hold everything that the child writes.
void timeout_after_end(Trial& trial) {
  const Stage stage;
  const Ends out;
  const auto start = Clock::now();
  Started run(stage.command("run", {"--timeout", "1s", "--", "seq", "20000"}), out.write, -1);
  trial.expect_equal(run.wait(most), 124, "exit");
  expect_within(trial, seconds_since(start), 1.0, 5.0);
  const auto events = stage.events();
  trial.expect(events.back().type == Type::completed, "the child has succeeded");
}

// Waits until output is no longer passed on: the child's pipe is full, and it blocks.
void let_it_fill(const Ends& out) {
  std::size_t before = 1;
  for (std::size_t now = 0; now != before || now == 0;) {
    before = now;
    ::usleep(200'000);
    int bytes = 0;
    if (::ioctl(out.read, FIONREAD, &bytes) == 0) now = static_cast<std::size_t>(bytes);
  }
}

void terminated_without_reader(Trial& trial) {
  const Stage stage;
  const Ends out;
  Started run(stage.command("run", {"--", "yes"}), out.write, -1);
  let_it_fill(out);
  const auto start = Clock::now();
  run.signal(SIGTERM);
  trial.expect_equal(run.wait(most), 143, "exit");
  expect_within(trial, seconds_since(start), 0.0, 4.0);
  expect_last(trial, stage, "WORKER_STOPPED");
}

void interrupted_twice_without_reader(Trial& trial) {
  const Stage stage;
  const Ends out;
  Started run(stage.command("run", {"--", "sh", "-c", "trap '' TERM; yes"}), out.write, -1);
  let_it_fill(out);
  const auto start = Clock::now();
  run.signal(SIGINT);
  ::usleep(300'000);  // the grace of five seconds has begun
  trial.expect_equal(run.wait(0ms), -1, "after one Ctrl-C");
  run.signal(SIGINT);
  trial.expect_equal(run.wait(most), 130, "exit");
  expect_within(trial, seconds_since(start), 0.3, 4.0);
  expect_last(trial, stage, "CANCELLED");
}

void other_stream_goes_on(Trial& trial) {
  const Stage stage;
  const Ends out;
  Ends err;
  Started run(stage.command("run", {"--", "sh", "-c",
                                    "yes & for i in 1 2 3 4 5 6 7 8 9; do sleep 0.1; "
                                    "echo alive $i >&2; done; kill $!"}),
              out.write, err.write);
  trial.expect(err.read_until("alive 9", most), "stderr stood still with stdout: " + err.seen);
  run.signal(SIGTERM);
  trial.expect(run.wait(most) >= 0, "it did not end");
  trial.note("9 of 9 lines of stderr");
}

// The same as a shell does with `yes | head -1`.
void reader_that_leaves(Trial& trial) {
  const Stage stage;
  Ends out;
  const auto start = Clock::now();
  Started run(stage.command("run", {"--", "yes"}), out.write, -1);
  out.close_write();
  trial.expect(out.read_until("y\n", most), "no output");
  out.close_read();
  const int code = run.wait(most);
  trial.expect_equal(code, 128 + SIGPIPE, "exit");
  trial.note(fmt::format("exit {}", code));
  expect_within(trial, seconds_since(start), 0.0, 4.0);
  expect_last(trial, stage, "PROCESS_SIGNAL");
}

void one_leaves_one_sleeps(Trial& trial) {
  const Stage stage;
  Ends out;
  const Ends err;
  const auto start = Clock::now();
  Started run(stage.command("run", {"--timeout", "2s", "--", "sh", "-c", "yes >&2 & yes"}),
              out.write, err.write);
  out.close_write();
  trial.expect(out.read_until("y\n", most), "no output");
  out.close_read();
  trial.expect_equal(run.wait(most), 124, "exit");
  expect_within(trial, seconds_since(start), 2.0, 7.0);
  expect_last(trial, stage, "TIMEOUT");
}

void slow_reader(Trial& trial) {
  const Stage stage;
  Ends out;
  Started run(stage.command("run", {"--", "seq", "300000"}), out.write, -1);
  out.close_write();
  ::usleep(500'000);  // longer than the pipes of a child that has ended are waited for
  trial.expect(out.read_until("\n300000\n", most), "output is missing");
  trial.expect_equal(run.wait(most), 0, "exit");
  std::string expected;
  for (int i = 1; i <= 300'000; ++i) expected += std::to_string(i) + "\n";
  trial.expect(out.seen == expected, "the output differs");
  trial.note(fmt::format("{} bytes", out.seen.size()));
}

void full_device(Trial& trial) {
  const Stage stage;
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  Ends err;
  Started run(stage.command("run", {"--", "echo", "some output"}), full, err.write);
  trial.expect_equal(run.wait(most), 1, "exit");
  trial.expect(err.read_until("12 bytes of the output", 1s), "nothing is said: " + err.seen);
  trial.expect(stage.events().back().type == Type::completed, "the child has succeeded");
  trial.note("exit 1, 12 bytes reported");
  ::close(full);
}

}  // namespace

std::vector<Fault> reader_attacks() {
  return {
      {"stdout without a reader: --timeout", timeout_without_reader},
      {"stdout and stderr without a reader: --timeout", timeout_without_readers},
      {"a terminal without a reader: --timeout", timeout_at_dead_terminal},
      {"unread output of an ended child: --timeout", timeout_after_end},
      {"stdout without a reader: SIGTERM", terminated_without_reader},
      {"stdout without a reader: a second Ctrl-C", interrupted_twice_without_reader},
      {"stdout without a reader: stderr is still passed on", other_stream_goes_on},
      {"a reader that leaves: yes | head -1", reader_that_leaves},
      {"stdout's reader leaves, stderr's sleeps: --timeout", one_leaves_one_sleeps},
      {"a reader that reads late gets all", slow_reader},
      {"a device that is full", full_device},
  };
}

}  // namespace trace::testing
