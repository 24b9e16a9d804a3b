// SPDX-License-Identifier: Apache-2.0
// Attacks of a machine that has run out of descriptors, processes or threads. Each capture that was
// asked for has to end in the store.
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>
#include <trace/capture.hpp>
#include <trace/session.hpp>

#include <cerrno>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>

#include "attack/capture/attacks.hpp"
#include "attack/capture/prepared.hpp"
#include "attack/capture/traced.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;

constexpr int captures = 400;

int open_descriptors() {
  int count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count - 3;  // ".", ".." and the directory's own
}

// All at a time; a node each.
std::map<std::string, int> capture_many(Session& session, const ProcessSpec& spec) {
  Run run = session.run("r");
  std::vector<Execution> executions;
  executions.reserve(captures);
  for (int i = 0; i < captures; ++i) {
    executions.push_back(start_process(run.node(fmt::format("n{}", i)), spec));
  }
  std::map<std::string, int> by_code;
  for (Execution& each : executions) ++by_code[std::string(each.wait().code())];
  return by_code;
}

// Each node has STARTED and one end, and the ends are those that were returned.
void expect_ends(Trial& trial, const std::vector<EventPayload>& events,
                 const std::map<std::string, int>& returned) {
  std::map<std::string, int> started;
  std::map<std::string, int> ended;
  std::map<std::string, int> by_code;
  int retryable = 0;
  for (const EventPayload& event : events) {
    if (event.type == Type::started) ++started[event.node_id];
    if (event.type != Type::completed && event.type != Type::failed) continue;
    ++ended[event.node_id];
    ++by_code[code_of(event)];
    if (event.data && event.data->find(R"("retryable":true)") != std::string::npos) ++retryable;
  }
  trial.expect_equal(started.size(), std::size_t{captures}, "nodes with STARTED");
  trial.expect_equal(ended.size(), std::size_t{captures}, "nodes with an end");
  for (const auto& [node, count] : ended) {
    if (count != 1) trial.expect(false, fmt::format("{} has {} ends", node, count));
  }
  trial.expect(by_code == returned, "the ends in the store are not those that were returned");
  const int exhausted = by_code["RESOURCE_EXHAUSTED"];
  trial.expect(exhausted > 0, "nothing ran out");
  trial.expect_equal(retryable, exhausted, "retryable ends");
  trial.expect_equal(by_code[""] + exhausted, captures, "ends with the right code");
  trial.note(fmt::format("{} of {} nodes ended, {} completed, {} RESOURCE_EXHAUSTED", ended.size(),
                         captures, by_code[""], exhausted));
}

void out_of_descriptors(Trial& trial) {
  const Stage stage;
  Config config;
  config.endpoint = stage.collector.url();
  config.journal_dir = stage.journal();
  Session session = started(config);
  limit_descriptors(200);
  const auto returned =
      capture_many(session, {.argv = {"sh", "-c", "echo out; sleep 1"}, .timeout = 20s});
  trial.expect_equal(session.close(20s).kept, 0U, "kept");
  limit_descriptors(1024);
  expect_ends(trial, stage.events(), returned);
}

std::vector<EventPayload> delivered(const std::string& path) {
  std::vector<EventPayload> events;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    auto envelope = parse_envelope(line);
    if (!envelope) throw std::runtime_error(envelope.error().text());
    for (EventPayload& event : envelope->events) events.push_back(std::move(event));
  }
  return events;
}

// Limits on processes do not apply to root.
void out_of_processes(Trial& trial) {
  constexpr uid_t nobody_else = 48'217;
  if (::setgroups(0, nullptr) != 0 || ::setgid(nobody_else) != 0 || ::setuid(nobody_else) != 0) {
    return trial.skip("cannot become a user of its own, for whom processes are limited");
  }
  const TempDir directory;
  Config config;
  config.transport = "file";
  config.endpoint = directory / "events";
  config.journal_dir = directory / "journal";
  Session session = started(config);
  const rlimit most{60, 60};
  trial.expect(::setrlimit(RLIMIT_NPROC, &most) == 0, "the limit cannot be set");
  const auto returned = capture_many(session, {.argv = {"sleep", "1"}, .timeout = 20s});
  trial.expect_equal(session.close(20s).kept, 0U, "kept");
  expect_ends(trial, delivered(config.endpoint), returned);
}

void descriptors_of_a_capture(Trial& trial) {
  Prepared prepared;
  Run& run = *prepared.run;
  const int before = open_descriptors();
  constexpr int some = 20;
  {
    std::vector<Execution> executions;
    for (int i = 0; i < some; ++i) {
      executions.push_back(start_process(run.node(fmt::format("n{}", i)),
                                         {.argv = {"sh", "-c", "echo up; exec sleep 100"}}));
    }
    // Each has its pipes, its pidfd and its loop's descriptor when all are there.
    const auto end = Clock::now() + 10s;
    while (open_descriptors() < before + 4 * some && Clock::now() < end) ::usleep(10'000);
    // What a start needs besides is closed soon.
    while (open_descriptors() > before + 4 * some && Clock::now() < end) ::usleep(10'000);
    const double each = static_cast<double>(open_descriptors() - before) / some;
    trial.expect(each <= 4, fmt::format("{} descriptors a capture", each));
    trial.note(fmt::format("{} descriptors a capture", each));
    for (Execution& execution : executions) execution.kill();
  }
  trial.expect_equal(open_descriptors(), before, "descriptors after the end");
}

// How many descriptors have to be free for a capture to succeed.
void descriptors_of_a_start(Trial& trial) {
  Prepared prepared;
  Run& run = *prepared.run;
  const int next = fill_holes();
  int needed = 0;
  for (int free = 0; free <= 12 && needed == 0; ++free) {
    limit_descriptors(next + free);
    const Ended ended = run_process(run.node(fmt::format("n{}", free)), {.argv = {"true"}});
    if (ended.ok()) needed = free;
    const bool is_right = ended.ok() || ended.code() == "RESOURCE_EXHAUSTED";
    trial.expect(is_right, fmt::format("{} free: {}", free, ended.text()));
  }
  limit_descriptors(1024);
  trial.expect(needed > 0 && needed < 7, fmt::format("{} descriptors to start", needed));
  trial.note(fmt::format("{} descriptors to start one", needed));
}

// Whatever is missing when the child's terminal and input are made.
void descriptors_of_terminals_and_inputs(Trial& trial) {
  Prepared prepared;
  Run& run = *prepared.run;
  const int next = fill_holes();
  int exhausted = 0;
  int completed = 0;
  for (int free = 0; free <= 12; ++free) {
    limit_descriptors(next + free);
    const ProcessSpec specs[] = {
        {.argv = {"cat"}, .timeout = 20s, .terminal = TerminalSize{}},
        {.argv = {"cat"}, .timeout = 20s, .input = Input{.text = "text\n"}},
        {.argv = {"cat"}, .timeout = 20s, .tap = [](Stream, std::string_view) {}},
        {.argv = {"cat"}, .timeout = 20s, .pass_on = {.out = 1, .err = 2}},
    };
    for (std::size_t i = 0; i < std::size(specs); ++i) {
      const Ended ended = run_process(run.node(fmt::format("n{}-{}", free, i)), specs[i]);
      (ended.ok() ? completed : exhausted) += 1;
      const bool is_right = ended.ok() || ended.code() == "RESOURCE_EXHAUSTED";
      trial.expect(is_right, fmt::format("{} free, {}: {}", free, i, ended.text()));
    }
  }
  limit_descriptors(1024);
  trial.expect_equal(prepared.session->close(10s).kept, 0U, "kept");
  int ends = 0;
  for (const EventPayload& event : delivered(prepared.endpoint())) {
    if (event.type == Type::completed || event.type == Type::failed) ++ends;
  }
  trial.expect_equal(ends, exhausted + completed + 1, "ends");
  trial.note(fmt::format("{} ended, {} RESOURCE_EXHAUSTED", ends, exhausted));
}

}  // namespace

std::vector<Fault> resource_attacks() {
  return {
      {"400 captures at a time and 200 descriptors", out_of_descriptors},
      {"400 captures at a time and 60 processes and threads", out_of_processes},
      {"descriptors of a running capture", descriptors_of_a_capture},
      {"0 to 12 free descriptors for a start", descriptors_of_a_start},
      {"0 to 12 free descriptors for terminals, inputs, taps", descriptors_of_terminals_and_inputs},
  };
}

}  // namespace trace::testing
