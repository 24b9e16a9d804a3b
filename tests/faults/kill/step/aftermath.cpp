// SPDX-License-Identifier: Apache-2.0
#include "kill/step/aftermath.hpp"

#include <fmt/format.h>
#include <trace/event.hpp>
#include <trace/recovery.hpp>

#include <chrono>
#include <filesystem>
#include <set>
#include <tuple>
#include <utility>

#include "unit/ship/rig.hpp"

namespace trace::testing {
namespace {

using Identity = std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>;

class Keep final : public Transport {
 public:
  explicit Keep(Aftermath& aftermath) : aftermath_(aftermath) {}

  SendResult send(const Batch& batch, std::chrono::steady_clock::time_point) noexcept override {
    for (const OutgoingRun& run : batch.runs) {
      const auto envelope = parse_envelope(run.line);
      if (!envelope || envelope->events.size() != run.events.size()) {
        aftermath_.problems.push_back("a line that is no envelope of its events");
        continue;
      }
      for (std::size_t i = 0; i < run.events.size(); ++i) {
        keep(run, run.events[i], envelope->events[i]);
      }
    }
    return acknowledge_all(batch);
  }

 private:
  void keep(const OutgoingRun& run, const OutgoingEvent& sent, const EventPayload& event) {
    const bool lost_node = event.error && event.error->code == "WORKER_LOST";
    const std::uint64_t number = number_of(event.message.value_or(""));
    if (number == 0 && event.type == Type::progress) {
      aftermath_.problems.push_back("a torn event: " + event.message.value_or("without message"));
    }
    aftermath_.events.push_back({static_cast<std::uint32_t>(run_number(run.run_id)), sent.lane,
                                 sent.sequence, number, lost_node});
  }

  Aftermath& aftermath_;
};

// How far each lane of each run has come, checked event by event.
class Sequences {
 public:
  explicit Sequences(std::vector<std::string>& problems) : problems_(problems) {}

  void see(const Identity& event) {
    const auto [run, lane, sequence] = event;
    if (run >= Ledger::runs || lane >= Ledger::lanes) {
      problems_.push_back(fmt::format("an event of run {}, lane {}", run, lane));
      return;
    }
    std::uint64_t& last = last_[run][lane];
    if (sequence != last + 1) {
      problems_.push_back(fmt::format("run {}, lane {}: {} after {}", run, lane, sequence, last));
    }
    last = sequence;
  }

  // One more than returned may be there: of the record() that was under way.
  void compare(const Ledger::Progress& progress) {
    for (std::size_t run = 0; run < Ledger::runs; ++run) {
      for (std::size_t lane = 0; lane < Ledger::lanes; ++lane) {
        const std::uint64_t promised = progress.returned[run][lane];
        if (last_[run][lane] != promised && last_[run][lane] != promised + 1) {
          problems_.push_back(fmt::format("run {}, lane {}: {} events, promised were {}", run, lane,
                                          last_[run][lane], promised));
        }
      }
    }
  }

 private:
  std::vector<std::string>& problems_;
  std::uint64_t last_[Ledger::runs][Ledger::lanes] = {};
};

}  // namespace

Config worker_config(const std::string& directory) {
  Config config;
  config.endpoint = "http://127.0.0.1:1";
  config.journal_dir = directory;
  config.on_diagnostic = [](const Diagnostic&) {};
  return config;
}

Aftermath recovered(const std::string& directory) {
  Aftermath aftermath;
  Dependencies dependencies;
  dependencies.transport = std::make_unique<Keep>(aftermath);
  const auto report =
      recover(worker_config(directory), std::chrono::seconds(20), std::move(dependencies));
  if (!report) {
    aftermath.problems.push_back(report.error().text());
  } else {
    aftermath.problems.insert(aftermath.problems.end(), report->left.begin(), report->left.end());
  }
  if (std::filesystem::exists(directory + "/quarantine")) {
    aftermath.problems.push_back("a slab is in quarantine");
  }
  return aftermath;
}

std::vector<std::string> judge(const Aftermath& aftermath, const Ledger& ledger) {
  std::vector<std::string> problems = aftermath.problems;
  Sequences sequences(problems);
  std::set<Identity> sent_again_allowed;
  std::set<Identity> known;
  for (std::uint64_t i = 0; i < ledger.progress.stored; ++i) {
    const Ledger::Stored& stored = ledger.entries[i];
    const Identity identity{stored.run, stored.lane, stored.sequence};
    if (!known.insert(identity).second) continue;  // a recovery that was killed had sent it before
    sequences.see(identity);
    if (i >= ledger.progress.settled) sent_again_allowed.insert(identity);
  }
  std::uint64_t last_number[Ledger::runs] = {};
  for (const RecoveredEvent& event : aftermath.events) {
    if (event.lost_node) continue;
    const Identity identity{event.run, event.lane, event.sequence};
    if (known.insert(identity).second) {
      sequences.see(identity);
    } else if (!sent_again_allowed.contains(identity)) {
      problems.push_back(
          fmt::format("run {}, lane {}: {} is sent again", event.run, event.lane, event.sequence));
    }
    // One thread recorded them all, so a run's events of several lanes have an order, too.
    if (event.number == 0 || event.run >= Ledger::runs) continue;
    if (event.number < std::exchange(last_number[event.run], event.number)) {
      problems.push_back(fmt::format("run {}: number {} comes late", event.run, event.number));
    }
  }
  sequences.compare(ledger.progress);
  return problems;
}

}  // namespace trace::testing
