// SPDX-License-Identifier: Apache-2.0
// Children at a terminal of their own, and what children read.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <thread>

#include "capture/recorder.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

struct Observed {
  Ended ended;
  std::vector<EventPayload> events;
  Lines lines(Stream stream) const { return lines_of(events, stream); }
};

Observed run(ProcessSpec spec) {
  Recorder recorder;
  spec.timeout = 30s;
  Ended ended = run_process(recorder.node(), std::move(spec));
  return {std::move(ended), recorder.events()};
}

}  // namespace

TEST_CASE("a child at a terminal has one stream, a size, and is the terminal's own") {
  const Observed observed = run(
      {.argv = {"sh", "-c",
                "test -t 0 && test -t 1 && test -t 2 && echo terminal; echo err >&2; stty size; "
                "test \"$(ps -o tty= -p $$)\" = '?' || echo controlling"},
       .terminal = TerminalSize{.rows = 33, .columns = 101}});
  CHECK(observed.ended.ok());
  CHECK(observed.lines(Stream::pty) == Lines{"terminal", "err", "33 101", "controlling"});
  CHECK(observed.lines(Stream::out).empty());
  CHECK(observed.lines(Stream::err).empty());
  CHECK(has(observed.events.front().data, R"("terminal":{"rows":33,"columns":101})"));
  CHECK(has(observed.events.back().data, R"("lines":{"pty":4})"));
}

TEST_CASE("everything that is written to a terminal arrives") {
  const Observed observed = run({.argv = {"seq", "1", "20000"}, .terminal = TerminalSize{}});
  CHECK(observed.ended.ok());
  const Lines lines = observed.lines(Stream::pty);
  REQUIRE(lines.size() == 20'000);
  for (std::size_t i = 0; i < lines.size(); ++i) REQUIRE(lines[i] == std::to_string(i + 1));
}

TEST_CASE("a device that has nothing to read for now is waited for, not asked again and again") {
  const int device = ::open("/dev/kmsg", O_RDONLY | O_CLOEXEC);
  if (device < 0) {
    MESSAGE("SKIPPED: /dev/kmsg cannot be read here");
    return;
  }
  for (const auto& terminal : {std::optional(TerminalSize{}), std::optional<TerminalSize>()}) {
    Recorder recorder;
    const std::clock_t before = std::clock();
    const Ended ended = run_process(recorder.node(), {.argv = {"sleep", "100"},
                                                      .timeout = 1500ms,
                                                      .grace = 1s,
                                                      .input = Input{.descriptor = device},
                                                      .terminal = terminal});
    const std::clock_t spent = std::clock() - before;
    CHECK(ended.code() == "TIMEOUT");
    CHECK(ended.facts().duration < 10s);
    CHECK(spent < CLOCKS_PER_SEC / 2);
  }
  ::close(device);
}

TEST_CASE("a child at a terminal is ended like any other") {
  Recorder recorder;
  const Ended ended = run_process(
      recorder.node(), {.argv = {"sh", "-c", "trap '' TERM HUP; sleep 1000 & wait; sleep 1000"},
                        .timeout = 300ms,
                        .grace = 100ms,
                        .terminal = TerminalSize{}});
  CHECK(ended.code() == "TIMEOUT");
  CHECK(ended.facts().signal == SIGKILL);
}

TEST_CASE("a child reads the text that it is given, and then the end") {
  std::string large;
  while (large.size() < 3'000'000) large += "0123456789abcdef\n";
  CHECK(run({.argv = {"wc", "-c"}, .input = Input{.text = large}}).lines(Stream::out) ==
        Lines{std::to_string(large.size())});
  CHECK(run({.argv = {"cat"}, .input = Input{.text = "a\nb"}}).lines(Stream::out) ==
        Lines{"a", "b"});
  // Nobody has to read it.
  CHECK(run({.argv = {"true"}, .input = Input{.text = large}}).ended.ok());
  CHECK(run({.argv = {"cat"}}).lines(Stream::out).empty());
}

TEST_CASE("a child reads what a descriptor yields") {
  TempDir directory;
  std::ofstream(directory / "file") << "skipped\nfrom a file\n";
  const int file = ::open((directory / "file").c_str(), O_RDONLY | O_CLOEXEC);
  ::lseek(file, 8, SEEK_SET);
  CHECK(run({.argv = {"cat"}, .input = Input{.descriptor = file}}).lines(Stream::out) ==
        Lines{"from a file"});
  ::lseek(file, 8, SEEK_SET);
  CHECK(run({.argv = {"sh", "-c", "stty -echo; cat"},
             .input = Input{.descriptor = file},
             .terminal = TerminalSize{}})
            .lines(Stream::pty)
            .back() == "from a file");
  ::close(file);

  int pipe[2];
  REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  std::thread writer([&] {
    for (int i = 0; i < 20'000; ++i) {
      if (::write(pipe[1], "line\n", 5) != 5) break;
    }
    ::close(pipe[1]);
  });
  CHECK(run({.argv = {"wc", "-l"}, .input = Input{.descriptor = pipe[0]}}).lines(Stream::out) ==
        Lines{"20000"});
  writer.join();
  ::close(pipe[0]);
}

TEST_CASE("a child at a terminal reads what is typed, and the end") {
  for (const char* text : {"one\ntwo\n", "one\ntwo"}) {
    const Observed observed = run({.argv = {"sh", "-c", "stty -echo; echo ready; cat; echo end"},
                                   .input = Input{.text = text},
                                   .terminal = TerminalSize{}});
    CHECK(observed.ended.ok());
    const Lines lines = observed.lines(Stream::pty);
    REQUIRE(lines.size() >= 2);
    CHECK(lines.back().ends_with("end"));
    bool two = false;
    for (const std::string& line : lines) two = two || line.starts_with("two");
    CHECK(two);
  }
  // Without input there is nothing to wait for.
  CHECK(run({.argv = {"cat"}, .terminal = TerminalSize{}}).ended.ok());
}

TEST_CASE("input from a terminal is passed on by us, since the child is in its background") {
  const int ours = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  char name[64];
  if (ours < 0 || ::grantpt(ours) != 0 || ::unlockpt(ours) != 0 ||
      ::ptsname_r(ours, name, sizeof name) != 0) {
    MESSAGE("SKIPPED: input from a terminal: no pseudo terminal can be made here");
    return;
  }
  const int theirs = ::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE(theirs >= 0);
  REQUIRE(::write(ours, "typed\n\x04", 7) == 7);
  const Observed observed = run(
      {.argv = {"sh", "-c", "test -t 0 || echo pipe; cat"}, .input = Input{.descriptor = theirs}});
  CHECK(observed.lines(Stream::out) == Lines{"pipe", "typed"});
  CHECK((::fcntl(theirs, F_GETFL) & O_NONBLOCK) == 0);
  ::close(theirs);
  ::close(ours);
}

TEST_CASE("a named pipe whose writers have gone is read to its end, and holds nothing up") {
  TempDir directory;
  const std::string path = directory / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const int writer = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(::write(writer, "one\n", 4) == 4);
  ::close(writer);
  const Observed observed = run({.argv = {"sh", "-c", "stty -echo; cat"},
                                 .input = Input{.descriptor = reader},
                                 .terminal = TerminalSize{}});
  ::close(reader);
  CHECK(observed.ended.ok());
  CHECK(observed.lines(Stream::pty).back() == "one");
}

}  // namespace trace::testing
