// SPDX-License-Identifier: Apache-2.0
// Events of a container that runs to its end.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>

#include "capture/recorder.hpp"
#include "docker/daemon.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

struct Observed {
  Ended ended;
  std::vector<EventPayload> events;
  const EventPayload& first() const { return events.front(); }
  const EventPayload& last() const { return events.back(); }
};

Observed run(ContainerSpec spec) {
  Recorder recorder;
  if (spec.image.empty()) spec.image = test_image;
  Ended ended = run_container(recorder.node(), std::move(spec));
  Observed observed{std::move(ended), recorder.events()};
  REQUIRE(observed.events.size() >= 2);
  CHECK(observed.first().type == Type::started);
  CHECK(observed.last().type == (observed.ended.ok() ? Type::completed : Type::failed));
  CHECK(left_by(recorder.session().id()) == "");
  return observed;
}

Observed run_shell(const std::string& script) { return run({.argv = {"sh", "-c", script}}); }

class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const char* value) : name_(name) {
    ::setenv(name, value, 1);
  }
  ~EnvironmentVariable() { ::unsetenv(name_); }

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("a container that exits with 7 after writing to both streams") {
  std::string seen;
  const Observed observed = run({.argv = {"sh", "-c", "echo out; echo err >&2; exit 7"},
                                 .tap = [&](Stream, std::string_view bytes) { seen += bytes; }});
  CHECK(observed.ended.code() == "PROCESS_EXIT");
  CHECK(observed.ended.exit_status() == 7);
  CHECK(has(observed.first().data, R"("image":"shiptrace/busybox:1")"));
  CHECK(has(observed.first().data, R"("argv":["sh","-c","echo out; echo err >&2; exit 7"])"));
  CHECK(has(observed.first().data, R"("network":"none")"));
  CHECK(has(observed.first().data, R"("container":"shiptrace-)"));
  CHECK(lines_of(observed.events, Stream::out) == Lines{"out"});
  CHECK(lines_of(observed.events, Stream::err) == Lines{"err"});
  CHECK(has(observed.events.at(1).data, R"("origin":"docker")"));
  REQUIRE(observed.last().error);
  CHECK(observed.last().error->code == "PROCESS_EXIT");
  CHECK(observed.last().error->message == "exited with code 7");
  CHECK(has(observed.last().data, R"("exitCode":7)"));
  CHECK(has(observed.last().data, R"("lines":{"stdout":1,"stderr":1})"));
  CHECK(seen.size() == 8);
}

TEST_CASE("a container's result is the summary of its stdout") {
  const Observed observed = run_shell("echo '{\"found\": 2}'; echo noise >&2");
  CHECK(observed.ended.ok());
  CHECK(observed.last().output_summary == R"({"found":2})");
  CHECK(has(observed.last().data, R"("exitCode":0)"));
}

TEST_CASE("a container has no network unless it is given one") {
  const Observed observed = run_shell("ls /sys/class/net");
  CHECK(lines_of(observed.events, Stream::out) == Lines{"lo"});
}

TEST_CASE("the environment is passed by name, and from a file") {
  const EnvironmentVariable variable("SHIPTRACE_TEST_PASSED", "a value");
  TempDir directory;
  std::ofstream(directory / "env") << "FROM_FILE=yes\n";
  const Observed observed =
      run({.argv = {"sh", "-c",
                    "echo \"$SHIPTRACE_TEST_PASSED,${SHIPTRACE_TEST_UNKNOWN-unset},$FROM_FILE\""},
           .env = {"SHIPTRACE_TEST_PASSED", "SHIPTRACE_TEST_UNKNOWN"},
           .env_file = directory / "env"});
  CHECK(lines_of(observed.events, Stream::out) == Lines{"a value,unset,yes"});
  CHECK_FALSE(has(observed.first().data, "a value"));
}

TEST_CASE("codes that docker uses itself are the container's own when it ran") {
  for (const int code : {125, 126, 127}) {
    const Observed observed = run_shell(fmt::format("exit {}", code));
    CHECK(observed.ended.code() == "PROCESS_EXIT");
    CHECK(observed.ended.facts().exit_code == code);
  }
}

TEST_CASE("a container that a signal ended") {
  const Observed observed = run_shell("sh -c 'kill -SEGV $$'; exit $?");
  CHECK(observed.ended.code() == "PROCESS_SIGNAL");
  CHECK(observed.ended.exit_status() == 139);
}

TEST_CASE("a container that needs too much memory is OOM_KILLED") {
  if (docker_says({"info", "--format", "{{.MemoryLimit}}"}) != "true") {
    MESSAGE("SKIPPED: memory limits: this daemon's control groups have none");
    return;
  }
  const Observed observed = run({.argv = {"tail", "/dev/zero"}, .memory = "8m"});
  CHECK(observed.ended.code() == "OOM_KILLED");
  CHECK(has(observed.last().data, R"("oomKilled":true)"));
  CHECK(has(observed.first().data, R"("memory":"8m")"));
}

TEST_CASE("what looks like a complaint of docker is the container's own when it runs") {
  const Observed observed = run_shell("echo 'Error response from daemon: mine' >&2; exit 1");
  const auto is_it = [](const EventPayload& event) {
    return event.message == "Error response from daemon: mine" &&
           has(event.data, R"("stream":"stderr")");
  };
  CHECK(std::count_if(observed.events.begin(), observed.events.end(), is_it) == 1);
  CHECK(observed.ended.code() == "PROCESS_EXIT");
  CHECK(observed.ended.exit_status() == 1);
}

TEST_CASE("a container's flood arrives whole and in order") {
  constexpr std::uint64_t most = 100'000;
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
  const Ended ended = run_container(
      recorder.node(), {.image = test_image, .argv = {"seq", "1", std::to_string(most)}});
  CHECK(ended.ok());
  recorder.events();
  CHECK(next == most + 1);
  CHECK(out_of_order == 0);
}

}  // namespace trace::testing
