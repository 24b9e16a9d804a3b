// SPDX-License-Identifier: Apache-2.0
// Crowds that take all the connections, all the time or all the memory there is, while a real
// client waits for a response.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "attack/requests/crowd.hpp"
#include "attack/requests/process_memory.hpp"
#include "attack/requests/trials.hpp"
#include "support/collector.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds bound = 1s;  // maximum delay of a response to a real client

constexpr CrowdSize idle{.idle = 5'000};
constexpr CrowdSize slow{.slow_heads = 260, .slow_bodies = 260};
constexpr CrowdSize announcing{.announcers = 20};

milliseconds since(Clock::time_point began) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - began);
}

milliseconds time_of_a_get(Trial& trial, const Collector& collector) {
  const auto began = Clock::now();
  const HttpAnswer answer = http_get(collector.url() + "/workflows/runs");
  trial.expect_equal(answer.status, 200, "GET: " + answer.body);
  return since(began);
}

// The SDK's own way: a process records an event and exits when the backend has it.
milliseconds time_of_a_record(Trial& trial, const Collector& collector, const TempDir& journals,
                              int number) {
  const auto began = Clock::now();
  const Finished record =
      run({.argv = {SHIPTRACE_CLI_BINARY, "record", "--run", "real", "--node",
                    fmt::format("n{}", number), "--type", "STARTED", "--endpoint", collector.url(),
                    "--journal-dir", journals / "journals"}});
  trial.expect_equal(record.status.code, 0, "record: " + record.errors);
  trial.expect(record.errors.empty(), "record: " + record.errors);
  return since(began);
}

void try_crowd(Trial& trial, const CrowdSize& size) {
  Collector collector;
  const TempDir journals;
  // A busy machine needs its time to start a process at all.
  milliseconds alone{0};
  constexpr int rounds_alone = 2;
  for (int round = 0; round < rounds_alone; ++round) {
    alone = std::max(alone, time_of_a_record(trial, collector, journals, round));
  }
  const pid_t process = collector.process().pid();
  const std::size_t before = memory_of(process, "VmRSS");
  milliseconds get{0};
  milliseconds record{0};
  constexpr int rounds = 5;
  {
    const Crowd crowd(collector.url(), size);
    trial.expect(crowd.wait_until_all_came(20s), "the crowd cannot connect");
    for (int round = 0; round < rounds; ++round) {
      for (int i = 0; i < 4; ++i) get = std::max(get, time_of_a_get(trial, collector));
      record = std::max(record, time_of_a_record(trial, collector, journals, rounds_alone + round));
    }
    trial.note(fmt::format("{} closed", crowd.times_closed()));
  }
  trial.expect(get <= bound, fmt::format("a GET took {} ms", get.count()));
  trial.expect(record <= alone + bound,
               fmt::format("a record took {} ms, {} ms alone", record.count(), alone.count()));
  const std::string runs = collector.get("/workflows/runs").body;
  trial.expect(runs.find(fmt::format("\"events\":{}", rounds_alone + rounds)) != std::string::npos,
               runs);
  trial.expect(runs.find("hostile") == std::string::npos, runs);
  const std::size_t peak = memory_of(process, "VmHWM");
  trial.expect(peak <= before + 64, fmt::format("{} MiB, {} MiB before", peak, before));
  trial.note(fmt::format("slowest GET {} ms", get.count()));
  trial.note(fmt::format("slowest record {} ms, {} ms alone", record.count(), alone.count()));
  trial.note(fmt::format("RSS {} MiB at most, {} MiB before", peak, before));
}

void idle_connections(Trial& trial) { try_crowd(trial, idle); }
void slow_senders(Trial& trial) { try_crowd(trial, slow); }
void announced_bodies(Trial& trial) { try_crowd(trial, announcing); }
void all_at_once(Trial& trial) {
  try_crowd(trial, {.idle = idle.idle,
                    .slow_heads = slow.slow_heads,
                    .slow_bodies = slow.slow_bodies,
                    .announcers = announcing.announcers});
}

}  // namespace

std::vector<Fault> crowd_attacks() {
  return {{"5,000 idle connections", idle_connections},
          {"520 slow senders", slow_senders},
          {"20 announced bodies of 16 MiB", announced_bodies},
          {"all three crowds at once", all_at_once}};
}

}  // namespace trace::testing
