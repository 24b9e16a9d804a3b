// SPDX-License-Identifier: Apache-2.0
// The attacks on captures of containers, with a real daemon.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "attack/capture/attacks.hpp"
#include "attack/capture/prepared.hpp"
#include "attack/capture/traced.hpp"
#include "docker/daemon.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto most = 30s;

bool can_run(Trial& trial) {
  const std::string reason = reason_to_skip();
  if (!reason.empty()) trial.skip(reason);
  return reason.empty();
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

void refusals(Trial& trial) {
  if (!can_run(trial)) return;
  struct Refusal {
    std::vector<std::string> arguments;
    int exit;
    const char* said;
  };
  const Refusal refusals[] = {
      {{"--network", "nosuch", test_image, "true"}, 125, "nosuch"},
      {{"--memory", "8x", test_image, "true"}, 125, "8x"},
      {{"--cpus", "many", test_image, "true"}, 125, "many"},
      {{"--user", "nosuchuser", test_image, "true"}, 125, "nosuchuser"},
      {{"shiptrace/nosuch:1", "true"}, 125, "shiptrace/nosuch:1"},
      {{test_image, "nosuchcommand"}, 127, "nosuchcommand"},
      {{test_image, "/etc"}, 126, "/etc"},
      {{"--client", "nosuchclient", test_image, "true"}, 125, "nosuchclient"},
  };
  for (const Refusal& each : refusals) {
    const Stage stage;
    Ends err;
    Started run(stage.command("docker", each.arguments), -1, err.write);
    const int code = run.wait(most);
    err.close_write();
    err.read_until("(nothing of the kind)", 1s);
    trial.expect_equal(code, each.exit, std::string("exit of ") + each.said);
    const bool is_said = err.seen.find(each.said) != std::string::npos && lines_in(err.seen) == 1;
    trial.expect(is_said, fmt::format("{}: said \"{}\"", each.said, err.seen));
  }
  trial.note(fmt::format("{} refusals, a line each", std::size(refusals)));
}

void reader_that_leaves(Trial& trial) {
  if (!can_run(trial)) return;
  const Stage stage;
  Ends out;
  Ends err;
  Started run(stage.command("docker", {test_image, "yes"}), out.write, err.write);
  out.close_write();
  err.close_write();
  trial.expect(out.read_until("y\n", most), "no output");
  out.close_read();
  const auto start = Clock::now();
  const int code = run.wait(most);
  trial.expect_equal(code, 128 + SIGPIPE, "exit");
  trial.note(fmt::format("exit {}, {:.2f} s", code, seconds_since(start)));
  err.read_until("(nothing of the kind)", 1s);
  trial.expect(err.seen.empty(), "said \"" + err.seen + "\"");
  trial.expect_equal(code_of(stage.events().back()), std::string("PROCESS_SIGNAL"), "code");
  trial.expect(docker_says({"ps", "--all", "--quiet", "--filter", "label=shiptrace.run=r"}).empty(),
               "a container is left");
}

void one_leaves_one_sleeps(Trial& trial) {
  if (!can_run(trial)) return;
  const Stage stage;
  Ends out;
  const Ends err;
  const auto start = Clock::now();
  Started run(stage.command("docker", {"--timeout", "5s", test_image, "sh", "-c", "yes >&2 & yes"}),
              out.write, err.write);
  out.close_write();
  trial.expect(out.read_until("y\n", most), "no output");
  out.close_read();
  const int code = run.wait(most);
  const double seconds = seconds_since(start);
  trial.expect_equal(code, 128 + SIGPIPE, "exit");
  trial.expect(seconds < 20, fmt::format("took {:.1f} s", seconds));
  trial.note(fmt::format("exit {}, {:.2f} s", code, seconds));
  trial.expect_equal(code_of(stage.events().back()), std::string("PROCESS_SIGNAL"), "code");
}

void reader_that_does_not_read(Trial& trial) {
  if (!can_run(trial)) return;
  const Stage stage;
  const Ends out;
  const auto start = Clock::now();
  Started run(stage.command("docker", {"--timeout", "3s", test_image, "sh", "-c",
                                       "trap 'exit 0' TERM; yes & wait"}),
              out.write, -1);
  trial.expect_equal(run.wait(most), 124, "exit");
  const double seconds = seconds_since(start);
  trial.expect(seconds < 12, fmt::format("took {:.1f} s", seconds));
  trial.note(fmt::format("exit 124, {:.2f} s", seconds));
  trial.expect_equal(code_of(stage.events().back()), std::string("TIMEOUT"), "code");
}

// The daemon keeps the values of variables, and no others (docs/capture.md).
void values_at_the_daemon(Trial& trial) {
  if (!can_run(trial)) return;
  const Stage stage;
  const std::string file = stage.directory / "variables";
  const std::string input = stage.directory / "input";
  std::ofstream(file) << "# of the file\nFILE_TOKEN=file-4f9Qx-value\nMODE=plain-value\n";
  std::ofstream(input) << "{\"key\":\"input-7s1Kd-value\"}\n";
  Ends out;
  Started run(
      stage.command("docker",
                    {"--env", "ENV_TOKEN", "--env-file", file, "--input", input, test_image, "sh",
                     "-c", "echo $ENV_TOKEN $FILE_TOKEN; cat $SHIPSEC_INPUT_PATH; exec sleep 30"}),
      out.write, -1, {{"ENV_TOKEN", "env-2k8Wp-value"}});
  out.close_write();
  trial.expect(out.read_until("input-7s1Kd-value", most), "no output: " + out.seen);
  const std::string id =
      docker_says({"ps", "--all", "--quiet", "--filter", "label=shiptrace.run=r"});
  const std::string shown = docker_says({"inspect", id});
  trial.expect(shown.find("env-2k8Wp-value") != std::string::npos, "--env is not shown");
  trial.expect(shown.find("file-4f9Qx-value") != std::string::npos, "--env-file is not shown");
  trial.expect(shown.find("input-7s1Kd-value") == std::string::npos, "--input is shown");
  run.signal(SIGINT);
  run.signal(SIGINT);
  trial.expect_equal(run.wait(most), 130, "exit");
  bool redacted = false;
  for (const EventPayload& event : stage.events()) {
    redacted = redacted || event.message == "[REDACTED] [REDACTED]";
    trial.expect(!event.message || event.message->find("4f9Qx") == std::string::npos,
                 "a value of --env-file is in the store");
  }
  trial.expect(redacted, "the values are not in the store");
  trial.note("inspect shows --env and --env-file, not --input; both redacted in the store");
}

// The client, the container's files and its result: whatever cannot be opened.
void free_descriptors(Trial& trial) {
  if (!can_run(trial)) return;
  Prepared prepared;
  const int next = fill_holes();
  int completed = 0;
  int exhausted = 0;
  for (int free = 0; free <= 8; ++free) {
    limit_descriptors(next + free);
    const Ended ended = run_container(prepared.run->node(fmt::format("n{}", free)),
                                      {.image = test_image, .argv = {"true"}, .timeout = 60s});
    (ended.ok() ? completed : exhausted) += 1;
    const bool is_right = ended.ok() || ended.code() == "RESOURCE_EXHAUSTED";
    trial.expect(is_right, fmt::format("{} free: {}: {}", free, ended.code(), ended.text()));
  }
  limit_descriptors(1024);
  trial.expect(completed > 0 && exhausted > 0, "one of both did not happen");
  trial.expect(left_by(prepared.session->id()).empty(), "a container is left");
  trial.note(fmt::format("{} completed, {} RESOURCE_EXHAUSTED", completed, exhausted));
}

}  // namespace

std::vector<Fault> docker_attacks() {
  return {
      {"what docker refuses is said", refusals},
      {"a reader of a container that leaves", reader_that_leaves},
      {"a container's stdout has lost its reader, stderr's sleeps", one_leaves_one_sleeps},
      {"a reader of a container that does not read: --timeout", reader_that_does_not_read},
      {"0 to 8 free descriptors for a container", free_descriptors},
      {"values of variables at the daemon", values_at_the_daemon},
  };
}

}  // namespace trace::testing
