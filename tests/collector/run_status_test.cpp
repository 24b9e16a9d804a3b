// SPDX-License-Identifier: Apache-2.0
// The status of a run as a function of its row: which rule decides.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <trace/status.hpp>

#include "collector/api/payloads.hpp"
#include "collector/run/batch.hpp"
#include "collector/run/status.hpp"
#include "envelopes.hpp"
#include "memory_store.hpp"
#include "stores.hpp"

using namespace trace;
using namespace trace::collector;
using run::derive_status;
using store::ExternalFacts;
using store::RunRow;

namespace {

// Totals of a run in a few words.
RunRow row(std::uint64_t open, std::uint64_t completed, std::uint64_t failed,
           std::uint32_t total_actions = 0) {
  RunRow run;
  run.events = 1;
  run.open_nodes = open;
  run.completed_nodes = completed;
  run.failed_nodes = failed;
  run.total_actions = total_actions;
  return run;
}

RunRow cancelled(RunRow run) {
  run.cancelled = true;
  return run;
}

RunRow reopened(RunRow run) {
  run.reopened = true;
  return run;
}

RunRow none() { return {}; }

const ExternalFacts nothing{};
const ExternalFacts cancel{.cancel_requested = true};
const ExternalFacts lost{.worker_lost = true};
const ExternalFacts cancel_and_lost{.cancel_requested = true, .worker_lost = true};

ExternalFacts engine(RunStatus status, bool cancel_requested = false, bool worker_lost = false) {
  return {status, cancel_requested, worker_lost};
}

}  // namespace

TEST_CASE("external facts and events decide in the stated order") {
  struct Case {
    const char* what;
    RunRow run;
    ExternalFacts external;
    RunStatus status;
  };
  constexpr auto queued = RunStatus::queued;
  constexpr auto running = RunStatus::running;
  constexpr auto completed = RunStatus::completed;
  constexpr auto failed = RunStatus::failed;
  constexpr auto is_cancelled = RunStatus::cancelled;
  const std::vector<Case> table{
      {"nothing is known", none(), nothing, queued},
      {"no event, cancel requested", none(), cancel, is_cancelled},
      {"no event, worker lost", none(), lost, queued},
      {"no event, the engine runs it", none(), engine(running), running},
      {"progress alone", row(0, 0, 0), nothing, running},
      {"a node is open", row(1, 0, 0), nothing, running},
      {"a node is open, worker lost", row(1, 0, 0), lost, failed},
      {"between two nodes, worker lost", row(0, 1, 0, 2), lost, running},
      {"a node is open, cancel requested", row(1, 0, 0), cancel, is_cancelled},
      {"cancel requested before the worker was lost", row(1, 0, 0), cancel_and_lost, is_cancelled},
      {"cancelled by an event, worker lost", cancelled(row(1, 0, 0)), lost, is_cancelled},
      {"all nodes completed", row(0, 2, 0), nothing, completed},
      {"all nodes completed, worker lost", row(0, 2, 0), lost, completed},
      {"all actions completed, one more node open, worker lost", row(1, 2, 0, 2), lost, completed},
      {"a node failed", row(0, 1, 1), nothing, failed},
      {"a node failed, cancel requested", row(0, 1, 1), cancel, is_cancelled},
      {"started again after a failure", reopened(row(1, 0, 1)), nothing, running},
      {"started again after a failure, worker lost", reopened(row(1, 0, 1)), lost, failed},
      {"the engine reports failure, events say completed", row(0, 2, 0), engine(failed), failed},
      {"the engine reports completion, a node is open", row(1, 0, 0), engine(completed), completed},
      {"the engine runs it, cancel requested", row(1, 0, 0), engine(running, true), running},
      {"the engine runs it, worker lost", row(1, 0, 0), engine(running, false, true), running},
      {"the engine runs it, cancelled by an event", cancelled(row(1, 0, 0)), engine(running),
       running},
  };
  for (const Case& each : table) {
    INFO("case: " << std::string(each.what));
    RunRow run = each.run;
    run.external = each.external;
    CHECK(name(derive_status(run)) == name(each.status));
  }
}

TEST_CASE("a recorded fact reaches the emitter and the status, and events do not withdraw it") {
  using namespace trace::testing;
  const auto database = std::make_shared<MemoryDatabase>();
  MemoryStore store(database);
  const auto record = [&](const ExternalFacts& facts) {
    store::Append changes;
    changes.expected = store.run("r");
    changes.run = *changes.expected;
    changes.run.external = facts;
    REQUIRE(store.append(changes));
  };
  const auto append = [&](std::uint64_t sequence, Type type) {
    JudgedEnvelope judged;
    judged.envelope.run_id = "r";
    judged.envelope.events = {event_of("r", id_of(session_a, 0, sequence), "a", type)};
    return run::append_batch(store, judged).status;
  };
  const auto status = [&] { return api::status_payload(store, *store.run("r")); };
  CHECK(append(1, Type::started) == RunStatus::running);
  record(cancel);
  CHECK(append(2, Type::started) == RunStatus::cancelled);
  record(lost);
  CHECK(append(3, Type::progress) == RunStatus::failed);
  REQUIRE(status().failure);
  CHECK(status().failure->reason == "the worker of the run was lost");
  record({.engine_status = RunStatus::failed, .worker_lost = true});
  CHECK(status().failure->reason == "reported by the workflow engine");
  record(nothing);
  CHECK(append(4, Type::completed) == RunStatus::completed);
  CHECK(status().completed_at == "2025-10-13T12:00:00.000001Z");
}

TEST_CASE("SQLite refuses a fact that its schema cannot store") {
  using namespace trace::testing;
  InSqlite database;
  const auto store = database.open();
  store::Append changes;
  changes.run.run_id = "r";
  changes.run.external = cancel;
  CHECK_THROWS_AS(store->append(changes), store::StoreError);
  CHECK_FALSE(store->run("r"));
}
