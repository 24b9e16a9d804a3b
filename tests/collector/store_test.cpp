// SPDX-License-Identifier: Apache-2.0
// The requirements for every Store, with each implementation.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "collector/store/store.hpp"
#include "envelopes.hpp"
#include "stores.hpp"

using namespace trace;
using namespace trace::collector::store;
using namespace trace::testing;

namespace {

const std::string lane_0 = std::string(session_a) + "-0";

// An append of the events to the run "r" as it is now, all of one node and one emitter.
struct Prepared {
  std::vector<EventPayload> payloads = {};
  Append changes = {};
};

Prepared prepare(Store& store, std::uint64_t first, std::uint64_t last) {
  Prepared prepared;
  prepared.payloads = events_of("r", first, last);
  Append& changes = prepared.changes;
  const std::string_view node = "node";
  const std::string_view emitter = lane_0;
  const RunRows rows = store.rows("r", {&node, 1}, {&emitter, 1});
  changes.expected = rows.run;
  if (changes.expected) changes.run = *changes.expected;
  changes.run.run_id = "r";
  changes.run.registered_at = "2025-10-13T12:00:00.000000Z";
  changes.run.events += prepared.payloads.size();
  NodeRow node_row{.node_id = "node"};
  EmitterRow emitter_row{.name = lane_0};
  if (changes.expected) {
    node_row = rows.nodes.front();
    emitter_row = rows.emitters.front();
  }
  changes.nodes.push_back({node_row, false});
  changes.emitters.push_back({emitter_row, emitter_row.through, {}, {}});
  changes.emitters.front().row.through = std::max(emitter_row.through, last);
  std::uint64_t sequence = first;
  for (const EventPayload& payload : prepared.payloads) {
    changes.events.push_back({&payload, 0, 0, sequence++});
  }
  return prepared;
}

EmitterRow emitter_of(Store& store) {
  const std::string_view name = lane_0;
  return store.rows("r", {}, {&name, 1}).emitters.front();
}

std::vector<std::string> ids_of(const std::vector<EventPayload>& events) {
  std::vector<std::string> ids;
  for (const EventPayload& event : events) ids.push_back(event.id + " " + *event.message);
  return ids;
}

constexpr std::size_t unlimited = SIZE_MAX / 2;

}  // namespace

TEST_CASE_TEMPLATE("an append is read back by every store of the database", Database, InMemory,
                   InSqlite) {
  Database database;
  const auto store = database.open();
  const auto other = database.open();
  CHECK_FALSE(store->run("r"));
  Prepared prepared = prepare(*store, 1, 3);
  Append& changes = prepared.changes;
  changes.run.workflow_id = "wf";
  changes.run.organization_id = "org";
  changes.run.total_actions = 7;
  changes.run.due_ms = 123;
  changes.run.running_nodes = 1;
  changes.run.completed_nodes = 2;
  changes.run.failed_nodes = 3;
  changes.run.lost_nodes = 4;
  changes.run.retrying_nodes = 5;
  changes.run.started_at = "2025-10-13T12:00:01Z";
  changes.run.completed_at = "2025-10-13T12:00:02Z";
  changes.run.ended_at = "2025-10-13T12:00:03Z";
  changes.run.cancelled_at = "2025-10-13T12:00:04Z";
  changes.run.finished_at = "2025-10-13T12:00:05Z";
  changes.run.lost_at = "2025-10-13T12:00:06Z";
  changes.run.last_start_at = "2025-10-13T12:00:07Z";
  changes.run.is_quiet = true;
  changes.run.engine = "{}";
  changes.run.engine_status = RunStatus::timed_out;
  NodeRow& node = changes.nodes.front().row;
  node.phase = NodePhase::failed;
  node.started_at = "2025-10-13T12:00:03Z";
  node.started_by = session_a;
  node.attempts = 3;
  node.ended_at = "2025-10-13T12:00:04Z";
  node.ended_by = 2;
  node.is_skipped = true;
  node.failure = {"it broke", "X"};
  node.parent = "above";
  node.first_event = 1;
  node.last_message = 3;
  node.levels = {4, 5, 6, 7};
  REQUIRE(store->append(changes));

  const auto run = other->run("r");
  REQUIRE(run);
  CHECK(run->number > 0);
  RunRow expected = changes.run;
  expected.number = run->number;
  expected.revision = 1;
  CHECK(*run == expected);
  const std::vector<std::string_view> names{"nobody", "node"};
  const auto nodes = other->rows("r", names, {}).nodes;
  REQUIRE(nodes.size() == 2);
  CHECK(nodes[0] == NodeRow{.node_id = "nobody"});
  NodeRow expected_node = node;
  expected_node.number = nodes[1].number;
  CHECK(nodes[1].number > 0);
  CHECK(nodes[1] == expected_node);
  CHECK(other->last_node_in(run->number, NodePhase::failed) == nodes[1]);
  CHECK_FALSE(other->last_node_in(run->number, NodePhase::lost));
  CHECK(other->nodes(run->number, 0, 10) == std::vector<NodeRow>{nodes[1]});
  CHECK(other->nodes(run->number, 1, 10).empty());
  CHECK(other->due_runs(123, 10).empty());
  CHECK(other->due_runs(124, 10) == std::vector<std::string>{"r"});
  CHECK(emitter_of(*other).through == 3);
  CHECK(ids_of(other->events(*run, 0, 10, unlimited)) ==
        std::vector<std::string>{"1 0/1", "2 0/2", "3 0/3"});
}

TEST_CASE_TEMPLATE("a worker with a running node is silent when it was not heard of", Database,
                   InMemory, InSqlite) {
  Database database;
  const auto store = database.open();
  Prepared prepared = prepare(*store, 1, 1);
  prepared.changes.nodes.front().row.phase = NodePhase::running;
  prepared.changes.nodes.front().row.started_by = session_a;
  REQUIRE(store->append(prepared.changes));
  const std::string worker(session_a);
  CHECK(store->silent_workers(1'000, 10).empty());  // never heard of
  store->hear(worker, 500);
  store->hear(worker, 400);  // later calls may be earlier
  CHECK(store->silent_workers(500, 10).empty());
  CHECK(store->silent_workers(501, 10) == std::vector<std::string>{worker});
  const auto nodes = store->nodes_of_worker(worker, NodePhase::running, 10);
  REQUIRE(nodes.size() == 1);
  CHECK(nodes.front().run_id == "r");
  CHECK(nodes.front().node_id == "node");
  CHECK(store->nodes_of_worker(worker, NodePhase::lost, 10).empty());
}

TEST_CASE_TEMPLATE("what one event of an append lacks is not taken from another", Database,
                   InMemory, InSqlite) {
  Database database;
  const auto store = database.open();
  Prepared prepared = prepare(*store, 1, 45);
  for (std::size_t i = 0; i < prepared.payloads.size(); ++i) {
    EventPayload& event = prepared.payloads[i];
    const std::string number = std::to_string(i);
    if (i % 2 == 0) event.data = R"({"i":)" + number + "}";
    if (i % 3 == 0) event.error = ErrorInfo{"error " + number, {}, {}};
    if (i % 5 == 0) event.message.reset();
    if (i % 7 == 0) event.output_summary = R"({"o":)" + number + "}";
    if (i % 4 != 0) continue;
    event.id = "foreign " + number;
    prepared.changes.events[i].emitter = Append::no_emitter;
  }
  REQUIRE(store->append(prepared.changes));
  const RunRow run = *store->run("r");
  const std::vector<EventPayload> events = store->events(run, 0, 100, unlimited);
  REQUIRE(events.size() == prepared.payloads.size());
  std::vector<std::string> foreign_ids;
  for (std::size_t i = 0; i < events.size(); ++i) {
    EventPayload expected = prepared.payloads[i];
    if (i % 4 == 0) foreign_ids.push_back(expected.id);
    expected.id = std::to_string(i + 1);
    CHECK(to_json(events[i]) == to_json(expected));
  }
  std::vector<EventKey> keys;
  for (const std::string& id : foreign_ids) keys.push_back({.foreign_id = id});
  for (std::uint64_t i = 0; i < events.size(); ++i) {
    if (i % 4 != 0) keys.push_back({.emitter = emitter_of(*store).number, .sequence = i + 1});
  }
  CHECK(store->stored(run.number, keys) == std::vector<bool>(events.size(), true));
}

TEST_CASE_TEMPLATE("events come in pages of a number and a size", Database, InMemory, InSqlite) {
  Database database;
  const auto store = database.open();
  REQUIRE(store->append(prepare(*store, 1, 10).changes));
  const RunRow run = *store->run("r");
  CHECK(ids_of(store->events(run, 8, 100, unlimited)) ==
        std::vector<std::string>{"9 0/9", "10 0/10"});
  CHECK(store->events(run, 0, 4, unlimited).size() == 4);
  CHECK(store->events(run, 0, 100, 1).size() == 1);
  CHECK(store->events(run, 10, 100, unlimited).empty());
  CHECK(store->events(run, INT64_MAX, 100, unlimited).empty());
}

TEST_CASE_TEMPLATE("which events are stored is known by both kinds of id", Database, InMemory,
                   InSqlite) {
  Database database;
  const auto store = database.open();
  Prepared prepared = prepare(*store, 1, 2);
  prepared.payloads[1].id = "foreign";
  prepared.changes.events[1] = {&prepared.payloads[1], 0, Append::no_emitter, 0};
  REQUIRE(store->append(prepared.changes));
  const EmitterRow emitter = emitter_of(*store);
  const std::vector<EventKey> keys{
      {emitter.number, 1, {}}, {emitter.number, 2, {}}, {0, 0, "foreign"}, {0, 0, "other"}};
  CHECK(store->stored(store->run("r")->number, keys) ==
        std::vector<bool>{true, false, true, false});
}

TEST_CASE_TEMPLATE("an append after another one of the same run changes nothing", Database,
                   InMemory, InSqlite) {
  Database database;
  const auto store = database.open();
  const auto other = database.open();
  const auto conflicts = [&](const Prepared& late) {
    const RunRow before = *store->run("r");
    CHECK_FALSE(other->append(late.changes));
    CHECK(*store->run("r") == before);
    CHECK(store->events(before, 0, 100, unlimited).size() == before.events);
  };
  SUBCASE("both register the run") {
    const Prepared late = prepare(*other, 1, 2);
    REQUIRE(store->append(prepare(*store, 1, 1).changes));
    conflicts(late);
  }
  SUBCASE("both add events") {
    REQUIRE(store->append(prepare(*store, 1, 1).changes));
    const Prepared late = prepare(*other, 2, 2);
    REQUIRE(store->append(prepare(*store, 2, 3).changes));
    conflicts(late);
  }
  SUBCASE("one sets a member of the run") {
    REQUIRE(store->append(prepare(*store, 1, 1).changes));
    for (const auto& change : std::vector<void (*)(RunRow&)>{
             [](RunRow& run) { run.workflow_id = "wf"; },
             [](RunRow& run) { run.organization_id = "org"; },
             [](RunRow& run) { run.total_actions = 7; },
         }) {
      const Prepared late = prepare(*other, 2, 2);
      Prepared first = prepare(*store, 1, 1);
      first.changes.events.clear();
      first.changes.run = *first.changes.expected;
      change(first.changes.run);
      REQUIRE(store->append(first.changes));
      conflicts(late);
    }
  }
  SUBCASE("one moves the watermark of the emitter") {
    REQUIRE(store->append(prepare(*store, 1, 1).changes));
    Prepared late = prepare(*other, 2, 2);
    Prepared first = prepare(*store, 2, 2);  // rejected: no event
    first.changes.events.clear();
    first.changes.run = *first.changes.expected;
    REQUIRE(store->append(first.changes));
    conflicts(late);
    CHECK(emitter_of(*store).through == 2);
  }
  SUBCASE("one moves a watermark that the other leaves as it is") {
    REQUIRE(store->append(prepare(*store, 1, 2).changes));
    Prepared late = prepare(*other, 2, 2);
    late.changes.emitters.front().row.through = late.changes.emitters.front().expected_through;
    Prepared first = prepare(*store, 3, 3);
    first.changes.events.clear();
    first.changes.run = *first.changes.expected;
    REQUIRE(store->append(first.changes));
    conflicts(late);
    CHECK(emitter_of(*store).through == 3);
  }
  SUBCASE("both add the emitter") {
    Prepared none = prepare(*store, 1, 1);
    none.changes.events.clear();
    none.changes.nodes.clear();
    none.changes.emitters.clear();
    none.changes.run.events = 0;
    REQUIRE(store->append(none.changes));
    Prepared late = prepare(*other, 1, 1);
    Prepared first = prepare(*store, 1, 1);
    first.changes.events.clear();
    first.changes.nodes.clear();
    first.changes.run = *first.changes.expected;
    REQUIRE(store->append(first.changes));
    conflicts(late);
  }
  SUBCASE("both fill the same gap") {
    Prepared opening = prepare(*store, 5, 5);
    opening.changes.emitters.front().opened_gaps = {{1, 4}};
    REQUIRE(store->append(opening.changes));
    const auto reject = [](Store& at, std::vector<Range> closed, std::vector<Range> opened) {
      Prepared prepared = prepare(at, 1, 1);
      prepared.changes.events.clear();
      prepared.changes.run = *prepared.changes.expected;
      prepared.changes.emitters.front().closed_gaps = std::move(closed);
      prepared.changes.emitters.front().opened_gaps = std::move(opened);
      return prepared;
    };
    const Prepared late = reject(*other, {{1, 4}}, {{1, 3}});
    REQUIRE(store->append(reject(*store, {{1, 4}}, {{2, 4}}).changes));
    conflicts(late);
    CHECK(store->gaps(store->run("r")->number, 10).missing == 3);
  }
}

TEST_CASE_TEMPLATE("gaps are found by sequence, listed by emitter and counted", Database, InMemory,
                   InSqlite) {
  Database database;
  const auto store = database.open();
  Prepared prepared = prepare(*store, 100, 100);
  prepared.changes.emitters.front().opened_gaps = {{1, 9}, {20, 20}, {30, 99}};
  REQUIRE(store->append(prepared.changes));
  const std::uint64_t run = store->run("r")->number;
  const std::vector<std::uint64_t> sequences{1, 2, 9, 10, 20, 25, 99, 100};
  CHECK(store->gaps_containing(emitter_of(*store).number, sequences) ==
        std::vector<Range>{{1, 9}, {20, 20}, {30, 99}});
  const std::vector<std::uint64_t> outside{10, 19, 21, 29, 100};
  CHECK(store->gaps_containing(emitter_of(*store).number, outside).empty());
  const RunGaps gaps = store->gaps(run, 2);
  CHECK(gaps.ranges == 3);
  CHECK(gaps.missing == 80);
  REQUIRE(gaps.emitters.size() == 1);
  CHECK(gaps.emitters.front().emitter == lane_0);
  CHECK(gaps.emitters.front().highest == 100);
  CHECK(gaps.emitters.front().missing == std::vector<Range>{{1, 9}, {20, 20}});

  prepared = prepare(*store, 20, 20);
  prepared.changes.emitters.front().closed_gaps = {{1, 9}, {20, 20}};
  prepared.changes.emitters.front().opened_gaps = {{2, 9}};
  REQUIRE(store->append(prepared.changes));
  CHECK(store->gaps(run, 10).emitters.front().missing == std::vector<Range>{{2, 9}, {30, 99}});
}

TEST_CASE_TEMPLATE("runs are listed from the newest, after any of them", Database, InMemory,
                   InSqlite) {
  Database database;
  const auto store = database.open();
  for (const char* run_id : {"a", "b", "c"}) {
    Append changes;
    changes.run.run_id = run_id;
    REQUIRE(store->append(changes));
  }
  const auto names = [&](std::uint64_t before, std::size_t limit) {
    std::string all;
    for (const RunRow& run : store->runs(before, limit)) all += run.run_id;
    return all;
  };
  CHECK(names(0, 10) == "cba");
  CHECK(names(0, 2) == "cb");
  CHECK(names(store->run("c")->number, 10) == "ba");
  CHECK(names(store->run("a")->number, 10).empty());
}
