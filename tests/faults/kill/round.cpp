// SPDX-License-Identifier: Apache-2.0
#include "kill/round.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <trace/recovery.hpp>

#include <csignal>
#include <filesystem>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "emitter/verify/returned_counts.hpp"
#include "kill/emitter_counts.hpp"
#include "kill/journal_locks.hpp"

namespace trace::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto longest_life = 120ms;
constexpr auto longest_recovery = 60ms;
// Longer than an emitter needs to its first event on a loaded machine.
constexpr auto patience = 60s;

std::uint64_t sum(const std::vector<std::uint64_t>& counts, std::size_t first) {
  return std::accumulate(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(first),
                         std::uint64_t{0});
}

// Stops the process as a whole, so that what it is at can be looked at before it is killed there.
void freeze(Child& child) {
  child.signal(SIGSTOP);
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(child.pid()), &info, WSTOPPED | WEXITED | WNOWAIT) != 0) {
  }
}

void kill(Child& child) {
  child.signal(SIGKILL);
  child.wait();
}

}  // namespace

Round::Round(const RoundOptions& options, std::mt19937_64& random, Figures& figures)
    : options_(options), random_(random), figures_(figures), check_(options.runs) {}

std::chrono::microseconds Round::instant_within(std::chrono::microseconds most) {
  return std::chrono::microseconds(
      std::uniform_int_distribution<std::int64_t>(0, most.count())(random_));
}

bool Round::happens_once_in(unsigned times) {
  return std::uniform_int_distribution<unsigned>(1, times)(random_) == 1;
}

std::string Round::journal_of(const std::string& session) const {
  return session.empty() ? std::string() : directory_ / ("journal/" + session + ".journal");
}

Command Round::shiptrace(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), SHIPTRACE_CLI_BINARY);
  arguments.insert(arguments.end(), {"--endpoint", collector_.url(), "--journal-dir",
                                     directory_ / "journal", "--quiet"});
  return {.argv = std::move(arguments)};
}

void Round::kill_emitter() {
  const std::string label = fmt::format("emitter-{}", ++emitters_);
  const std::string returned = directory_ / (label + ".returned");
  Child emitter({.argv = {options_.emitter, collector_.url(), directory_ / "journal", returned,
                          label, std::to_string(options_.runs), std::to_string(options_.rate)}});
  live(emitter, returned);

  freeze(emitter);
  const std::string session = emitter.output().substr(0, emitter.output().find('\n'));
  const std::string own = journal_of(session);
  const bool recovering = locks_another(directory_ / "journal", own);
  kill(emitter);
  ++figures_.kills;
  figures_.hit_a_recovery += recovering ? 1 : 0;
  if (const auto left = inspect_journal(own); left && left->unsent > 0) {
    ++figures_.left_behind;
    figures_.unacknowledged += left->unsent;
  }
  auto counts = cli::verify::read_returned_counts(returned);
  check_.expect(label, counts ? *counts : std::vector<std::uint64_t>(counts_of(options_.runs)));
  if (happens_once_in(3)) kill_recovery();
}

// Lets the emitter record until a random instant.
void Round::live(Child& emitter, const std::string& returned) {
  if (happens_once_in(40)) {  // dies while it starts
    std::this_thread::sleep_for(instant_within(30ms));
    return;
  }
  const std::size_t recorded = options_.runs * places;
  const auto give_up = Clock::now() + patience;
  const auto accepted = [&] {
    const auto counts = cli::verify::read_returned_counts(returned);
    return counts ? sum(*counts, recorded) : 0;
  };
  while (accepted() == 0) {
    if (Clock::now() > give_up) throw std::runtime_error("the emitter records nothing");
    std::this_thread::sleep_for(500us);
  }
  const auto first = Clock::now();
  if (happens_once_in(5)) {
    std::this_thread::sleep_for(instant_within(longest_life / 2));
    kill_collector(journal_of(emitter.first_line()));
  }
  std::this_thread::sleep_for(instant_within(longest_life));
  figures_.recorded += accepted();
  figures_.lived += Clock::now() - first;
}

void Round::kill_collector(const std::string& own_journal) {
  const auto report = inspect_journal(own_journal);
  collector_.kill();
  ++figures_.collector_kills;
  figures_.collector_at_work += report && report->unsent > 0 ? 1 : 0;
  collector_.start();
}

void Round::kill_recovery() {
  Child recovery(shiptrace({"recover"}));
  std::this_thread::sleep_for(instant_within(longest_recovery));
  freeze(recovery);
  const bool recovering = locks_another(directory_ / "journal", "");
  kill(recovery);
  ++figures_.recovery_kills;
  figures_.hit_a_recovery += recovering ? 1 : 0;
}

void Round::finish() {
  const Finished recovered = run(shiptrace({"recover"}), 10min);
  if (recovered.status.code != 0) {
    figures_.problems.push_back("the last recovery left something: " + recovered.errors);
  }
  for (const auto& entry : std::filesystem::directory_iterator(directory_ / "journal")) {
    const std::string name = entry.path().filename().string();
    if (name == "quarantine") {
      for (const auto& slab : std::filesystem::directory_iterator(entry.path())) {
        ++figures_.torn;
        figures_.problems.push_back("a torn slab: " + slab.path().filename().string());
      }
    } else if (name.ends_with(".journal") || name == "rejected.ndjson") {
      figures_.problems.push_back("left in the journal directory: " + name);
    }
  }
  check_.compare(collector_.url(), figures_);
}

}  // namespace trace::testing
