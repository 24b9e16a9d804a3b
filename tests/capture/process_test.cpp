// SPDX-License-Identifier: Apache-2.0
// Events of run_process, with real children.
#include <doctest/doctest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "capture/recorder.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

struct Observed {
  Ended ended;
  std::vector<EventPayload> events;
  const EventPayload& first() const { return events.front(); }
  const EventPayload& last() const { return events.back(); }
  std::string code() const { return last().error ? last().error->code.value_or("") : ""; }
};

Observed run(ProcessSpec spec) {
  Recorder recorder;
  Ended ended = run_process(recorder.node(), std::move(spec));
  Observed observed{std::move(ended), recorder.events()};
  REQUIRE(observed.events.size() >= 2);
  CHECK(observed.first().type == Type::started);
  CHECK(observed.last().type == (observed.ended.ok() ? Type::completed : Type::failed));
  CHECK(observed.code() == observed.ended.code());
  return observed;
}

Observed run_shell(const std::string& script) { return run({.argv = {"sh", "-c", script}}); }

}  // namespace

TEST_CASE("both streams become lines between STARTED and COMPLETED") {
  std::string seen;
  const Observed observed = run({.argv = {"sh", "-c", "echo out; echo err >&2; echo more"},
                                 .working_directory = "/tmp",
                                 .tap = [&](Stream, std::string_view bytes) { seen += bytes; }});
  CHECK(observed.ended.ok());
  CHECK(observed.ended.exit_status() == 0);
  CHECK(has(observed.first().data, R"("argv":["sh","-c","echo out; echo err >&2; echo more"])"));
  CHECK(has(observed.first().data, R"("pid":)"));
  CHECK(has(observed.first().data, R"("cwd":"/tmp")"));
  CHECK(lines_of(observed.events, Stream::out) == Lines{"out", "more"});
  CHECK(lines_of(observed.events, Stream::err) == Lines{"err"});
  CHECK(has(observed.events.at(1).data, R"("origin":"process")"));
  CHECK(has(observed.last().data, R"("exitCode":0)"));
  CHECK(has(observed.last().data, R"("lines":{"stdout":2,"stderr":1})"));
  CHECK(has(observed.last().data, R"("bytes":{"stdout":9,"stderr":4})"));
  CHECK(has(observed.last().data, R"("durationMs":)"));
  REQUIRE(observed.last().output_summary);
  CHECK(seen.size() == 13);
}

TEST_CASE("a long output's summary is cut after redaction") {
  Recorder recorder;
  recorder.session().add_secret("hunter2-hunter3-hunter4");
  run_process(recorder.node(),
              {.argv = {"sh", "-c",
                        "i=0; while [ $i -lt 3000 ]; do printf ~~~hunter2-hunter3-hunter4; "
                        "i=$((i+1)); done"}});
  const auto events = recorder.events();
  REQUIRE(events.back().output_summary);
  CHECK(has(events.back().output_summary, "sha256"));
  CHECK_FALSE(has(events.back().output_summary, "hunter"));
}

TEST_CASE("lines end at \\n and \\r\\n, the last one also without an end") {
  const Observed observed = run({.argv = {"printf", "a\\r\\nb\\n\\nh\303\244lt"}});
  CHECK(lines_of(observed.events, Stream::out) == Lines{"a", "b", "", "h\303\244lt"});
}

TEST_CASE("a non-zero exit code is FAILED with PROCESS_EXIT") {
  const Observed observed = run_shell("echo out; echo err >&2; exit 3");
  CHECK(observed.code() == "PROCESS_EXIT");
  CHECK(observed.last().level == Level::error);
  CHECK(observed.last().error->message == "exited with code 3");
  CHECK(has(observed.last().data, R"("exitCode":3)"));
  CHECK(has(observed.last().data, R"("lines":{"stdout":1,"stderr":1})"));
  CHECK(observed.ended.exit_status() == 3);
}

TEST_CASE("a signal is FAILED with PROCESS_SIGNAL") {
  const Observed observed = run_shell("kill -SEGV $$");
  CHECK(observed.code() == "PROCESS_SIGNAL");
  CHECK(observed.ended.text() == "killed by SIGSEGV");
  CHECK(has(observed.last().data, R"("signal":11)"));
  CHECK(observed.ended.exit_status() == 128 + SIGSEGV);
}

TEST_CASE("the reason why a program cannot be started is reported exactly") {
  TempDir directory;
  const auto script = [&](const char* name, const char* content, bool executable) {
    std::ofstream(directory / name) << content;
    if (executable) {
      std::filesystem::permissions(directory / name, std::filesystem::perms::owner_all);
    }
    return directory / name;
  };
  const auto fails = [](ProcessSpec spec, const char* code, int status) {
    const Observed observed = run(std::move(spec));
    CHECK(observed.code() == code);
    CHECK(observed.ended.exit_status() == status);
    CHECK(observed.events.size() == 2);
    CHECK_FALSE(observed.ended.facts().exit_code);
  };
  fails({.argv = {"shiptrace-no-such-program"}}, "COMMAND_NOT_FOUND", 127);
  fails({.argv = {directory / "missing"}}, "COMMAND_NOT_FOUND", 127);
  fails({.argv = {}}, "COMMAND_NOT_FOUND", 127);
  fails({.argv = {script("plain", "#!/bin/sh\n", false)}}, "COMMAND_NOT_EXECUTABLE", 126);
  fails({.argv = {directory.path().string()}}, "COMMAND_NOT_EXECUTABLE", 126);
  fails({.argv = {script("foreign", "#!/no/such/interpreter\n", true)}}, "COMMAND_NOT_EXECUTABLE",
        126);
  fails({.argv = {script("empty", "no program", true)}}, "COMMAND_NOT_EXECUTABLE", 126);
  fails({.argv = {"true"}, .working_directory = directory / "missing"}, "COMMAND_NOT_EXECUTABLE",
        126);
}

TEST_CASE("arguments reach the program as they are") {
  const Observed observed =
      run({.argv = {"printf", "%s\\n", "$HOME; echo `id`", "", "*", "a\"b\\c"}});
  CHECK(lines_of(observed.events, Stream::out) == Lines{"$HOME; echo `id`", "", "*", "a\"b\\c"});
}

TEST_CASE("a child starts clean: no stdin, no signals held, none of our descriptors") {
  ::signal(SIGUSR1, SIG_IGN);
  const Observed observed = run_shell(
      "cat; grep -E '^Sig(Blk|Ign):' /proc/self/status; ls /proc/$$/fd; "
      "test \"$(cut -d' ' -f5 /proc/$$/stat)\" = $$ && echo own group");
  ::signal(SIGUSR1, SIG_DFL);
  const std::string none = "\t0000000000000000";
  CHECK(lines_of(observed.events, Stream::out) ==
        Lines{"SigBlk:" + none, "SigIgn:" + none, "0", "1", "2", "own group"});
  CHECK(observed.ended.ok());
}

TEST_CASE("a host program that ignores SIGCHLD loses the exit status, which is reported") {
  ::signal(SIGCHLD, SIG_IGN);
  const Observed observed = run_shell("echo out; exit 3");
  ::signal(SIGCHLD, SIG_DFL);
  CHECK(lines_of(observed.events, Stream::out) == Lines{"out"});
  CHECK(observed.code() == "PROCESS_EXIT");
  CHECK_FALSE(observed.ended.facts().exit_code);
  CHECK(observed.ended.text().find("exit status unknown") != std::string_view::npos);
}

TEST_CASE("a flood arrives whole and in order") {
#ifdef SHIPTRACE_SANITIZED
  constexpr std::uint64_t most = 50'000;
#else
  constexpr std::uint64_t most = 1'000'000;
#endif
  std::uint64_t next = 1;
  std::uint64_t out_of_order = 0;
  Recorder recorder([&](const EventPayload& event) {
    if (event.type != Type::progress) return;
    std::string_view lines = *event.message;
    for (std::size_t end = 0; end != std::string_view::npos; ++next) {
      end = lines.find('\n');
      if (lines.substr(0, end) != std::to_string(next)) ++out_of_order;
      lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
  });
  const Ended ended = run_process(recorder.node(), {.argv = {"seq", "1", std::to_string(most)}});
  CHECK(ended.ok());
  recorder.events();
  CHECK(next == most + 1);
  CHECK(out_of_order == 0);
  CHECK(recorder.session().stats().dropped == 0);
}

}  // namespace trace::testing
