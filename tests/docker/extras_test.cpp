// SPDX-License-Identifier: Apache-2.0
// Options of a container: limits, a terminal, input, secrets; and their events.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "capture/recorder.hpp"
#include "docker/client_messages.hpp"
#include "docker/daemon.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

struct Observed {
  Ended ended;
  std::vector<EventPayload> events;
  const EventPayload& first() const { return events.front(); }
  const EventPayload& last() const { return events.back(); }
  Lines lines(Stream stream) const { return lines_of(events, stream); }
};

Observed contained(ContainerSpec spec) {
  Recorder recorder;
  spec.image = test_image;
  spec.timeout = 60s;
  Ended ended = run_container(recorder.node(), std::move(spec));
  Observed observed{std::move(ended), recorder.events()};
  REQUIRE(observed.events.size() >= 2);
  CHECK(left_by(recorder.session().id()) == "");
  return observed;
}

bool daemon_has(const char* limit) {
  if (docker_says({"info", "--format", fmt::format("{{{{.{}}}}}", limit)}) != "false") return true;
  MESSAGE("SKIPPED: " << std::string(limit) << ": this daemon's control groups have none");
  return false;
}

// Every command line on this machine, ours left out.
std::string command_lines() {
  std::string all;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    if (entry.path().filename() == std::to_string(::getpid())) continue;
    std::string line;
    std::getline(std::ifstream(entry.path() / "cmdline"), line);
    all += line + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("limits are applied to the container and recorded") {
  if (!daemon_has("MemoryLimit")) return;
  const char* files =
      "for f in /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max "
      "/sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max "
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max; do "
      "test ! -e $f || echo $(cat $f); done";
  const Observed observed =
      contained({.argv = {"sh", "-c", files}, .memory = "32m", .cpus = "0.5", .pids = 77});
  CHECK(observed.ended.ok());
  const Lines lines = observed.lines(Stream::out);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "33554432");
  CHECK(lines[1] == "77");
  CHECK(lines[2].starts_with("50000"));
  CHECK(has(observed.first().data, R"("memory":"32m","cpus":"0.5","pids":77)"));
}

TEST_CASE("docker's own options reach the container") {
  const TempDir directory;
  std::ofstream(directory / "file") << "of the host";
  const Observed observed =
      contained({.argv = {"-c",
                          "cat /data/file; echo; pwd; df -k /work | tail -n 1; "
                          "grep CapEff /proc/self/status; echo in-data > /data/other"},
                 .volumes = {(directory / "") + ":/data:ro"},
                 .tmpfs = {"/work:size=1m"},
                 .cap_add = {"SYS_NICE"},
                 .entrypoint = "sh",
                 .workdir = "/tmp",
                 .pull = "never",
                 .options = {"--hostname=scanner"}});
  CHECK(observed.ended.facts().exit_code == 1);  // the volume is read-only
  const Lines lines = observed.lines(Stream::out);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "of the host");
  CHECK(lines[1] == "/tmp");
  CHECK(lines[2].find("1024") != std::string::npos);
  const auto capabilities =
      std::stoull(lines[3].substr(lines[3].find_last_of("\t ") + 1), nullptr, 16);
  constexpr unsigned sys_nice = 23;
  CHECK((capabilities >> sys_nice & 1) == 1);
}

TEST_CASE("a container that forks up to its limit is reported and removed") {
  if (!daemon_has("PidsLimit")) return;
  const Observed observed = contained(
      {.argv = {"sh", "-c", "for i in $(seq 1 300); do sleep 1000 & done; wait"}, .pids = 200});
  CHECK_FALSE(observed.ended.ok());
  CHECK(observed.lines(Stream::err).size() >= 1);
  CHECK(has(observed.last().data, R"("stderrTail":[)"));
}

TEST_CASE("a read-only container can write to /tmp and to its result, and to nothing else") {
  const char* script =
      "touch /etc/x || echo refused; echo in memory > /tmp/x && cat /tmp/x; echo 7 > "
      "$SHIPSEC_OUTPUT_PATH";
  const Observed observed = contained({.argv = {"sh", "-c", script}, .read_only = true});
  CHECK(observed.ended.ok());
  CHECK(observed.lines(Stream::out) == Lines{"refused", "in memory"});
  CHECK(observed.last().output_summary == R"({"value":7})");
  CHECK(has(observed.first().data, R"("readOnly":true)"));
  CHECK(contained({.argv = {"touch", "/etc/x"}}).ended.ok());
}

TEST_CASE("the daemon keeps no second copy of what is captured") {
  Recorder recorder;
  std::string driver;
  const Ended ended = run_container(
      recorder.node(), {.image = test_image,
                        .argv = {"echo", "up"},
                        .timeout = 60s,
                        .tap = [&](Stream, std::string_view) {
                          driver =
                              docker_says({"inspect", "--format", "{{.HostConfig.LogConfig.Type}}",
                                           left_by(recorder.session().id())});
                        }});
  CHECK(ended.ok());
  CHECK(driver == "none");
}

TEST_CASE("a container at a terminal has one stream") {
  const Observed observed =
      contained({.argv = {"sh", "-c", "test -t 1 && echo terminal; echo err >&2"},
                 .terminal = TerminalSize{.rows = 31, .columns = 99}});
  CHECK(observed.ended.ok());
  const Lines lines = observed.lines(Stream::pty);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "terminal");
  CHECK(lines[1] == "err");
  CHECK(observed.lines(Stream::out).empty());
  CHECK(observed.lines(Stream::err).empty());
}

TEST_CASE("the size of a container's terminal is ours once it runs") {
  const Observed observed =
      contained({.argv = {"sh", "-c",
                          "for i in $(seq 1 100); do test \"$(stty size 2>&1)\" = '31 99' && "
                          "echo yes && exit; sleep 0.1; done; stty size"},
                 .terminal = TerminalSize{.rows = 31, .columns = 99}});
  CHECK(observed.lines(Stream::pty) == Lines{"yes"});
}

TEST_CASE("a container that cannot start at a terminal is reported as without one") {
  Recorder recorder;
  const Ended ended =
      run_container(recorder.node(),
                    {.image = test_image, .argv = {"no-such-program"}, .terminal = TerminalSize{}});
  CHECK(ended.code() == "COMMAND_NOT_FOUND");
  CHECK(recorder.events().size() == 2);
}

TEST_CASE("a container reads what it is given") {
  std::string large;
  while (large.size() < 1'000'000) large += "0123456789abcdef\n";
  CHECK(contained({.argv = {"wc", "-c"}, .input = Input{.text = large}}).lines(Stream::out) ==
        Lines{std::to_string(large.size())});
  CHECK(contained({.argv = {"cat"}}).lines(Stream::out).empty());
  const Observed typed = contained({.argv = {"sh", "-c", "stty -echo; head -n 1"},
                                    .input = Input{.text = "typed\n"},
                                    .terminal = TerminalSize{}});
  CHECK(typed.ended.ok());
  CHECK(typed.lines(Stream::pty).back() == "typed");
}

TEST_CASE("no command line and no event shows the secret of a variable that is passed on") {
  const std::string secret = "s3cr3t-value-of-a-variable";
  ::setenv("SHIPTRACE_TEST_SECRET", secret.c_str(), 1);
  std::string seen;
  const Observed observed =
      contained({.argv = {"sh", "-c",
                          "echo $SHIPTRACE_TEST_SECRET | wc -c; "
                          "echo \"<$SHIPTRACE_TEST_SECRET>\""},
                 .env = {"SHIPTRACE_TEST_SECRET"},
                 .tap = [&](Stream, std::string_view) { seen += command_lines(); }});
  ::unsetenv("SHIPTRACE_TEST_SECRET");
  CHECK(observed.lines(Stream::out) == Lines{std::to_string(secret.size() + 1), "<[REDACTED]>"});
  for (const EventPayload& event : observed.events) {
    CHECK(to_json(event).find(secret) == std::string::npos);
  }
  CHECK(seen.find("--attach") != std::string::npos);
  CHECK(seen.find(secret) == std::string::npos);
}

TEST_CASE("a failed container is reported with the end of its stderr and its usage") {
  const Observed observed =
      contained({.argv = {"sh", "-c",
                          "echo first >&2; i=0; while [ $i -lt 300000 ]; do i=$((i+1)); "
                          "done; sleep 1; echo last >&2; exit 9"}});
  CHECK(has(observed.last().data, R"("stderrTail":["first","last"])"));
  const auto& used = observed.ended.facts().usage;
  if (!used) {
    MESSAGE("SKIPPED: what a container used: its control group is not where we look");
    return;
  }
  CHECK(used->user + used->system > 10ms);
  CHECK(used->max_rss_bytes > 10'000);
  CHECK(has(observed.last().data, "\"cpuUserMs\":"));
  CHECK(has(observed.last().data, "\"maxRssBytes\":"));
}

TEST_CASE("a lookup that fails for want of a network gets a hint") {
  const char* script = "echo \"wget: bad address 'example.com'\" >&2; exit 1";
  const Observed without = contained({.argv = {"sh", "-c", script}});
  CHECK(without.ended.text().find("network=bridge") != std::string_view::npos);
  CHECK(without.last().error->message.find("network=bridge") != std::string::npos);
  CHECK(has(without.last().data, R"("hint":"network=bridge")"));
  CHECK(without.ended.code() == "PROCESS_EXIT");
  const Observed real = contained({.argv = {"ping", "-c", "1", "shiptrace.invalid"}});
  CHECK(real.ended.text().find("network=bridge") != std::string_view::npos);
  // Others fail for other reasons, or have a network, or do not fail.
  CHECK(contained({.argv = {"sh", "-c", "exit 1"}}).ended.text() == "exited with code 1");
  CHECK(contained({.argv = {"sh", "-c", script}, .network = "host"}).ended.text() ==
        "exited with code 1");
  CHECK_FALSE(has(contained({.argv = {"sh", "-c", "echo no such host"}}).last().data, "hint"));
}

TEST_CASE("the words of a failed lookup are found however they are read") {
  const std::string words = "curl: (6) Could not resolve host: example.com\n";
  for (std::size_t first = 0; first <= words.size(); ++first) {
    for (std::size_t piece : {1U, 7U, 100U}) {
      docker::LookupWatch watch;
      watch.see(Stream::err, words.substr(0, first));
      for (std::size_t at = first; at < words.size(); at += piece) {
        watch.see(Stream::err, words.substr(at, piece));
      }
      CHECK(watch.failed());
    }
  }
  docker::LookupWatch apart;
  apart.see(Stream::out, "Could not ");
  apart.see(Stream::err, "resolve host");
  CHECK_FALSE(apart.failed());
}

}  // namespace trace::testing
