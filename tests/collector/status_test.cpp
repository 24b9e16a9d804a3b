// SPDX-License-Identifier: Apache-2.0
// The status of a run, derived from its events.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <trace/status.hpp>

#include "client.hpp"
#include "envelopes.hpp"
#include "support/collector.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

// One event in few words. Each has the sequence of its place, of the session that is named.
struct Happened {
  const char* node;
  Type type;
  const char* detail = "";  // "retryable", "cancelled", "captured", or an error code
  std::string_view session = session_a;
  const char* time = "2025-10-13T12:00:00.000001Z";
};

constexpr Type started = Type::started;
constexpr Type progress = Type::progress;
constexpr Type completed = Type::completed;
constexpr Type failed = Type::failed;

EventPayload event_of_happened(const std::string& run_id, const Happened& happened,
                               std::uint64_t sequence) {
  EventPayload event =
      event_of(run_id, id_of(happened.session, 0, sequence), happened.node, happened.type);
  event.timestamp = happened.time;
  const std::string detail = happened.detail;
  if (detail == "cancelled" || detail == "captured") {
    event.message = "Run cancelled by user";
    event.level = Level::warn;
  }
  if (detail == "captured") event.data = R"({"stream":"stderr"})";
  if (detail == "retryable") event.data = R"({"retryable":true,"attempt":1})";
  if (happened.type == Type::failed) event.error = ErrorInfo{"it broke", {}, detail};
  return event;
}

struct Derived {
  RunStatusPayload status;
  std::string at_ingestion;
};

// Posts the events one by one, or in one line: both must lead to the same.
Derived derive(Client& client, const std::string& run_id, std::uint32_t total_actions,
               const std::vector<Happened>& events, bool one_by_one) {
  std::vector<StreamEnvelope> envelopes(one_by_one ? events.size() : 1);
  std::uint64_t sequence = 0;
  for (const Happened& happened : events) {
    StreamEnvelope& envelope = envelopes[one_by_one ? sequence : 0];
    envelope.events.push_back(event_of_happened(run_id, happened, sequence + 1));
    ++sequence;
  }
  Derived derived;
  for (StreamEnvelope& envelope : envelopes) {
    envelope.run_id = run_id;
    if (total_actions > 0) envelope.total_actions = total_actions;
    const Reply reply = client.post(line_of(envelope));
    REQUIRE(reply.status == 200);
    derived.at_ingestion = reply.json().at("runs").at(0).at("status").as_string();
  }
  const Reply reply = client.get("/workflows/runs/" + run_id + "/status");
  REQUIRE(reply.status == 200);
  Result<RunStatusPayload> status = parse_run_status(reply.body);
  REQUIRE(status.ok());
  derived.status = std::move(*status);
  return derived;
}

}  // namespace

TEST_CASE("the status follows from the events") {
  struct Row {
    const char* what;
    std::uint32_t total_actions;
    std::vector<Happened> events;
    RunStatus status;
  };
  constexpr auto early = "2025-10-13T11:00:00Z";
  constexpr auto late = "2025-10-13T13:00:00.5Z";
  constexpr auto is_running = RunStatus::running;
  constexpr auto is_completed = RunStatus::completed;
  constexpr auto is_failed = RunStatus::failed;
  constexpr auto is_cancelled = RunStatus::cancelled;
  const std::vector<Row> table{
      {"progress alone", 0, {{"a", progress}}, is_running},
      {"a node started", 0, {{"a", started}}, is_running},
      {"its only node completed", 1, {{"a", started}, {"a", completed}}, is_completed},
      {"a node completed that was not started", 1, {{"a", completed}}, is_completed},
      {"one of two started nodes completed",
       0,
       {{"a", started}, {"b", started}, {"a", completed}},
       is_running},
      {"all started nodes completed",
       2,
       {{"a", started}, {"b", started}, {"b", completed}, {"a", completed}},
       is_completed},
      {"fewer nodes completed than there are actions",
       2,
       {{"a", started}, {"a", completed}},
       is_running},
      {"as many nodes completed as there are actions",
       2,
       {{"a", started}, {"a", completed}, {"b", started}, {"b", completed}},
       is_completed},
      {"the same node completed twice", 2, {{"a", completed}, {"a", completed}}, is_running},
      {"a node failed for good", 1, {{"a", started}, {"a", failed, "X"}}, is_failed},
      {"a node failed that will be tried again",
       0,
       {{"a", started}, {"a", failed, "retryable"}},
       is_running},
      {"a node failed that was tried again and completed",
       1,
       {{"a", started}, {"a", failed, "retryable"}, {"a", started}, {"a", completed}},
       is_completed},
      {"a retry that failed for good",
       1,
       {{"a", started}, {"a", failed, "retryable"}, {"a", started}, {"a", failed, "X"}},
       is_failed},
      {"others go on after a failure",
       2,
       {{"a", started}, {"b", started}, {"a", failed, "X"}, {"b", progress}, {"b", completed}},
       is_failed},
      {"a failed node was started again",
       0,
       {{"a", started}, {"a", failed, "X"}, {"a", started}},
       is_running},
      {"another node was started after a failure",
       0,
       {{"a", started}, {"a", failed, "X"}, {"b", started}},
       is_running},
      {"a failed node was never started again and the rest has ended",
       2,
       {{"a", started}, {"a", failed, "X"}, {"b", started}, {"b", completed}},
       is_failed},
      {"a failed node was started again and completed",
       1,
       {{"a", started}, {"a", failed, "X"}, {"a", started}, {"a", completed}},
       is_completed},
      {"a completed run was started again", 0, {{"a", completed}, {"a", started}}, is_running},
      {"cancelled", 0, {{"a", started}, {"a", progress, "cancelled"}}, is_cancelled},
      {"cancelled, then its nodes end",
       0,
       {{"a", started},
        {"b", started},
        {"a", progress, "cancelled"},
        {"a", failed, "CANCELLED"},
        {"b", completed}},
       is_cancelled},
      {"cancelled, then started again",
       0,
       {{"a", started}, {"a", progress, "cancelled"}, {"a", started, "", session_a, late}},
       is_running},
      {"a program printed the words of a cancellation",
       0,
       {{"a", started}, {"a", progress, "captured"}},
       is_running},
      {"its worker was lost", 1, {{"a", started}, {"a", failed, "WORKER_LOST"}}, is_failed},
      {"its worker was lost and another one started it again",
       0,
       {{"a", started}, {"a", failed, "WORKER_LOST"}, {"a", started, "", session_b, late}},
       is_running},
      {"the loss of a worker is reported after another one has started",
       0,
       {{"a", started},
        {"a", started, "", session_b, late},
        {"a", failed, "WORKER_LOST", session_a, "2025-10-13T14:00:00Z"}},
       is_running},
      {"the remains of a lost worker come after another one has completed",
       1,
       {{"a", started, "", session_b, late},
        {"a", completed, "", session_b, late},
        {"a", started, "", session_a, early},
        {"a", failed, "WORKER_LOST", session_a, early}},
       is_completed},
  };
  Collector collector;
  Client client(collector.url());
  int count = 0;
  for (const Row& row : table) {
    for (const bool one_by_one : {true, false}) {
      INFO("case: " << std::string(row.what));
      const Derived derived = derive(client, "run-" + std::to_string(++count), row.total_actions,
                                     row.events, one_by_one);
      CHECK(name(derived.status.status) == name(row.status));
      CHECK(derived.at_ingestion == name(row.status));
      CHECK(derived.status.completed_at.has_value() == is_terminal(row.status));
      CHECK(derived.status.failure.has_value() == (row.status == is_failed));
      CHECK(derived.status.progress.has_value() == (row.total_actions > 0));
    }
  }
}

TEST_CASE("a status contains all that is known and nothing else") {
  Collector collector;
  Client client(collector.url());
  const auto events =
      std::vector<Happened>{{"a", started, "", session_a, "2025-10-13T12:00:00.5Z"},
                            {"b", started},
                            {"a", completed},
                            {"b", failed, "PROCESS_EXIT", session_a, "2025-10-13T12:00:07Z"}};
  StreamEnvelope envelope;
  envelope.run_id = "r";
  envelope.workflow_id = "wf";
  envelope.total_actions = 2;
  client.post(line_of(envelope));
  const Reply queued = client.get("/workflows/runs/r/status");
  CHECK(queued.json().at("status") == "QUEUED");
  CHECK(queued.json().as_object().contains("startedAt"));
  CHECK(parse_run_status(queued.body).ok());

  const RunStatusPayload status = derive(client, "r", 0, events, true).status;
  CHECK(status.run_id == "r");
  CHECK(status.workflow_id == "wf");
  CHECK(status.started_at == "2025-10-13T12:00:00.5Z");
  CHECK(status.completed_at == "2025-10-13T12:00:07Z");
  CHECK(status.task_queue.empty());
  CHECK(status.history_length == 0);
  REQUIRE(status.progress);
  CHECK(status.progress->completed_actions == 1);
  CHECK(status.progress->total_actions == 2);
  REQUIRE(status.failure);
  CHECK(status.failure->reason == "it broke");
  CHECK_FALSE(status.failure->temporal_code);
  CHECK(status.failure->details == R"({"nodeId":"b","code":"PROCESS_EXIT"})");

  const Reply first = client.get("/workflows/runs/r/status");
  const Reply second = client.get("/workflows/runs/r/status");
  CHECK(first.json().at("updatedAt") != second.json().at("updatedAt"));
}

TEST_CASE("a number of actions that comes late decides anew") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", {event_of("r", "1", "a", completed)}));
  CHECK(client.get("/workflows/runs/r/status").json().at("status") == "RUNNING");
  StreamEnvelope envelope;
  envelope.run_id = "r";
  envelope.total_actions = 1;
  client.post(line_of(envelope));
  CHECK(client.get("/workflows/runs/r/status").json().at("status") == "COMPLETED");
  envelope.total_actions = 2;
  client.post(line_of(envelope));
  const auto reopened = client.get("/workflows/runs/r/status").json();
  CHECK(reopened.at("status") == "RUNNING");
  CHECK_FALSE(reopened.as_object().contains("completedAt"));
  client.post(line_of("r", {event_of("r", "2", "b", completed)}));
  CHECK(client.get("/workflows/runs/r/status").json().at("status") == "COMPLETED");
}

TEST_CASE("duplicates do not count twice") {
  Collector collector;
  Client client(collector.url());
  StreamEnvelope envelope;
  envelope.run_id = "r";
  envelope.total_actions = 2;
  envelope.events = {event_of("r", id_of(session_a, 0, 1), "a", started),
                     event_of("r", id_of(session_a, 0, 2), "a", completed)};
  for (int i = 0; i < 3; ++i) client.post(line_of(envelope));
  const auto status = client.get("/workflows/runs/r/status").json();
  CHECK(status.at("status") == "RUNNING");
  CHECK(status.at("progress").at("completedActions") == 1);
}
