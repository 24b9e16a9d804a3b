// SPDX-License-Identifier: Apache-2.0
#include "kill/step/workers.hpp"

#include <unistd.h>
#include <trace/recovery.hpp>
#include <trace/trace.hpp>

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kill/step/aftermath.hpp"
#include "kill/step/stepped_process.hpp"
#include "support/journal_directory.hpp"
#include "unit/ship/rig.hpp"

namespace trace::testing {
namespace {

// Never asked: the threads that would are not let run.
class Unreachable final : public Transport {
 public:
  SendResult send(const Batch&, std::chrono::steady_clock::time_point) noexcept override {
    return {};
  }
};

// Stores and acknowledges. What is read, formatted and encoded before changes no journal, so the
// stepping begins at the response.
class SteppedBackend final : public Transport {
 public:
  explicit SteppedBackend(Ledger& ledger) : ledger_(ledger) {}

  SendResult send(const Batch& batch, std::chrono::steady_clock::time_point) noexcept override {
    if (std::exchange(stepping_, true)) run_from_here();
    // Events that a complete response acknowledged are never sent again.
    ledger_.settle();
    SendResult result = acknowledge_all(batch);
    step_from_here();
    ledger_.store(batch);
    return result;
  }

 private:
  Ledger& ledger_;
  bool stepping_ = false;
};

std::unique_ptr<detail::journal::JournalFile> journal_in(const std::string& directory) {
  const Config config = worker_config(directory);
  auto file = detail::journal::JournalFile::create(
      journal_directory(directory), {std::string(rig_session), config.transport, config.endpoint});
  return std::move(*file);
}

// The texts of [first, first + count), created in advance, to avoid stepping through
// that.
std::vector<std::string> texts_of(std::uint64_t first, std::uint64_t count) {
  std::vector<std::string> texts;
  for (std::uint64_t n = first; n < first + count; ++n) texts.push_back(text_of(n));
  return texts;
}

// Two lanes take turns, in two runs.
void record_all(Rig& rig, Ledger& ledger, const std::vector<std::string>& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::size_t lane = i % Ledger::lanes;
    const std::size_t run = i / Ledger::lanes % Ledger::runs;
    rig.record(lane, rig.run(run_id(run)), texts[i]);
    ledger.returned(run, lane);
  }
}

// Slabs with the remains of an earlier use in them: what is not written is not zero either.
void use_some_slabs(Rig& rig) {
  std::array<detail::journal::Slab*, 3> slabs{};
  for (detail::journal::Slab*& slab : slabs) {
    slab = rig.pool.take(detail::journal::SlabSize::small);
    std::memset(slab->data(), 0xEE, slab->capacity());
  }
  for (detail::journal::Slab* slab : slabs) rig.pool.give_back(slab);
  rig.pool.replenish(0, 0);
}

void open_runs(Rig& rig) {
  for (std::size_t run = 0; run < Ledger::runs; ++run) {
    rig.tables.add_run(rig.run(run_id(run)).number, run_id(run), {});
  }
}

void ship(Rig& rig) {
  rig.flush();
  rig.step();
}

}  // namespace

void record_over_slabs(Ledger& ledger, const std::string& directory) {
  Dependencies dependencies;
  dependencies.transport = std::make_unique<Unreachable>();
  auto session = Session::start(worker_config(directory), std::move(dependencies));
  Run run = session->run(run_id(0));
  Run other_run = session->run(run_id(1));
  Node node = run.node("node");
  Node other_node = other_run.node("other");
  const std::vector<std::string> texts = texts_of(1, 32);
  step_from_here();
  node.started();
  ledger.returned(0, 0);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Node& mine = i % 2 == 0 ? node : other_node;
    if (record(mine, Type::progress, Level::info, "{}", texts[i]) != Outcome::accepted) _exit(1);
    ledger.returned(i % 2, 0);
  }
  node.completed();
  ledger.returned(0, 0);
  run_from_here();
  _exit(0);  // the session would wait for its threads
}

void deliver_and_recycle(Ledger& ledger, const std::string& directory) {
  // Batches smaller than what is recorded in between: something is always unacknowledged.
  Rig rig({1 << 20, 12}, journal_in(directory));
  use_some_slabs(rig);
  open_runs(rig);
  rig.transport.always = [&](const Batch& batch) {
    SendResult result = acknowledge_all(batch);
    step_from_here();
    ledger.store(batch);
    return result;
  };
  constexpr std::uint64_t events = 16;  // fill more than one slab of each lane
  bool recycled = false;
  for (std::uint64_t round = 0; round < 5; ++round) {
    const std::vector<std::string> texts = texts_of(round * events + 1, events);
    step_from_here();
    record_all(rig, ledger, texts);
    run_from_here();
    ship(rig);  // stepped from the response on
    ledger.settle();
    recycled = rig.pool.replenish(0, 0) || recycled;
    run_from_here();
  }
  if (!recycled) _exit(1);  // there was nothing to see
}

void leave_an_orphan(Ledger& ledger, const std::string& directory) {
  Rig rig({1 << 20, 12}, journal_in(directory));
  open_runs(rig);
  rig.transport.always = [&](const Batch& batch) {
    ledger.store(batch);
    return acknowledge_all(batch);
  };
  record_all(rig, ledger, texts_of(first_short_text, 40));
  ship(rig);  // one batch of them
  ledger.settle();
}

void adopt_the_orphan(Ledger& ledger, const std::string& directory) {
  Config config = worker_config(directory);
  config.batch_events = 12;
  Dependencies dependencies;
  dependencies.transport = std::make_unique<SteppedBackend>(ledger);
  (void)recover(std::move(config), std::chrono::seconds(20), std::move(dependencies));
}

}  // namespace trace::testing
