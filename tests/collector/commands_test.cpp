// SPDX-License-Identifier: Apache-2.0
// What users, workflow engines and time do to a run, over HTTP: cancel, finish, PUT, leases and
// quiet times; the nodes of a run; and the routes below /api/v1.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>

#include "client.hpp"
#include "envelopes.hpp"
#include "support/collector.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

std::string status_of(Client& client, const std::string& run_id) {
  return std::string(
      client.get("/workflows/runs/" + run_id + "/status").json().at("status").as_string());
}

Reply send(Client& client, const std::string& method, const std::string& path,
           const std::string& body = {}) {
  trace::testing::Request request{.method = method, .target = path, .body = body};
  if (!body.empty()) request.headers["Content-Type"] = "application/json";
  return client.send(request);
}

EventPayload timed(EventPayload event, const char* time) {
  event.timestamp = time;
  return event;
}

// Waits until `condition` holds; false after ten seconds.
template <class Condition>
bool eventually(const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

}  // namespace

TEST_CASE("a run is cancelled once, and a run that is over is not") {
  Collector collector;
  Client client(collector.url());
  CHECK(send(client, "POST", "/workflows/runs/r/cancel").status == 404);
  client.post(line_of("r", {event_of("r", id_of(session_a, 0, 1), "a", Type::started)}));
  const Reply cancelled = send(client, "POST", "/workflows/runs/r/cancel");
  CHECK(cancelled.status == 200);
  CHECK(cancelled.json().at("status") == "CANCELLED");
  CHECK(send(client, "POST", "/workflows/runs/r/cancel", "{}").status == 200);
  // Its worker learns it with the next response.
  const Reply next = client.post(line_of("r", {}));
  CHECK(next.json().at("runs").at(0).at("status") == "CANCELLED");
  client.post(line_of(last_of_run(event_of("done", "1", "a", Type::completed))));
  const Reply refused = send(client, "POST", "/workflows/runs/done/cancel");
  CHECK(refused.status == 409);
  CHECK(refused.json().at("error").at("message") == "the run is over: COMPLETED");
}

TEST_CASE("a run of unknown size ends when it is said to be finished") {
  Collector collector;
  Client client(collector.url());
  CHECK(send(client, "POST", "/workflows/runs/r/finish").status == 404);
  for (const std::string id : {"r", "by-envelope"}) {
    client.post(line_of(id, {event_of(id, id_of(session_a, 0, 1), "a", Type::started),
                             event_of(id, id_of(session_a, 0, 2), "a", Type::completed)}));
    CHECK(status_of(client, id) == "RUNNING");
  }
  CHECK(send(client, "POST", "/workflows/runs/r/finish").json().at("status") == "COMPLETED");
  CHECK(send(client, "POST", "/workflows/runs/r/finish").status == 200);
  StreamEnvelope envelope;
  envelope.run_id = "by-envelope";
  envelope.finished_at = "2025-10-13T12:00:05Z";
  client.post(line_of(envelope));
  CHECK(status_of(client, "by-envelope") == "COMPLETED");
}

TEST_CASE("a session that is not a ULID is refused") {
  Collector collector;
  Client client(collector.url());
  const Reply refused = client.post(R"({"runId":"r","events":[],"session":"me"})");
  CHECK(refused.status == 400);
  CHECK(refused.json().at("error").at("field") == "session");
}

TEST_CASE("what a workflow engine reports takes precedence") {
  Collector collector;
  Client client(collector.url());
  const Reply put = send(client, "PUT", "/workflows/runs/r",
                         R"({"status":"RUNNING","workflowId":"wf","taskQueue":"q",)"
                         R"("historyLength":7,"startedAt":"2025-10-13T12:00:00Z"})");
  REQUIRE(put.status == 200);
  CHECK(put.json().at("taskQueue") == "q");
  CHECK(put.json().at("historyLength") == 7);
  CHECK(put.json().at("workflowId") == "wf");
  const Reply ended =
      send(client, "PUT", "/workflows/runs/r",
           R"({"status":"TIMED_OUT","completedAt":"2025-10-13T13:00:00Z","failure":)"
           R"({"reason":"too slow","temporalCode":"START_TO_CLOSE","details":{"n":1}}})");
  REQUIRE(ended.status == 200);
  CHECK(ended.json().at("status") == "TIMED_OUT");
  CHECK(ended.json().at("completedAt") == "2025-10-13T13:00:00Z");
  CHECK(ended.json().at("failure").at("temporalCode") == "START_TO_CLOSE");
  CHECK(send(client, "PUT", "/workflows/runs/s", R"({"status":"CANCELED"})").json().at("status") ==
        "CANCELLED");
  CHECK(send(client, "PUT", "/workflows/runs/s", R"({"status":"CONTINUED_AS_NEW"})")
            .json()
            .at("status") == "RUNNING");
  CHECK(send(client, "PUT", "/workflows/runs/s", R"({"status":7})").status == 400);
  CHECK(send(client, "PUT", "/workflows/runs/s", R"([])").status == 400);
  CHECK(send(client, "PUT", "/workflows/runs/%1b", R"({"status":"RUNNING"})").status == 400);
  const Reply many = send(client, "PUT", "/workflows/runs/s",
                          R"({"status":"RUNNING","progress":)"
                          R"({"completedActions":0,"totalActions":4294967296}})");
  CHECK(many.status == 400);
  const Reply wrong =
      send(client, "PUT", "/workflows/runs/s", R"({"status":"RUNNING","startedAt":"yesterday"})");
  CHECK(wrong.status == 400);
  CHECK(wrong.json().at("error").at("field") == "startedAt");
}

TEST_CASE("a quiet run gets its verdict, and its stream ends with it") {
  Collector collector({"--quiet-time", "0.2", "--abandon-time", "0.2"});
  Client client(collector.url());
  StreamClient viewer(collector.url(), "/workflows/runs/r/stream");
  CHECK(viewer.next()->name == "ready");  // before the run exists
  client.post(line_of("r", {event_of("r", id_of(session_a, 0, 1), "a", Type::started),
                            event_of("r", id_of(session_a, 0, 2), "a", Type::completed)}));
  CHECK(viewer.next("complete").json().at("status") == "COMPLETED");
  StreamEnvelope two;
  two.run_id = "short";
  two.total_actions = 2;
  two.events = {event_of("short", "1", "a", Type::completed)};
  client.post(line_of(two));
  CHECK(eventually([&] { return status_of(client, "short") == "FAILED"; }));
  const Reply reply = client.get("/workflows/runs/short/status");
  CHECK(reply.json().at("failure").at("reason") == "1 of 2 actions never ended");
}

TEST_CASE("a worker that falls silent is lost until it is heard of again") {
  Collector collector({"--worker-timeout", "0.5", "--quiet-time", "60"});
  Client client(collector.url());
  StreamEnvelope envelope;
  envelope.run_id = "r";
  envelope.session = session_a;
  envelope.events = {event_of("r", id_of(session_a, 0, 1), "a", Type::started)};
  StreamClient viewer(collector.url(), "/workflows/runs/r/stream");
  CHECK(viewer.next()->name == "ready");
  client.post(line_of(envelope));
  CHECK(viewer.next("status").json().at("status") == "RUNNING");
  const StreamEvent lost = viewer.next("status");
  CHECK(lost.json().at("status") == "FAILED");
  CHECK(lost.json().at("failure").at("details").at("code") == "WORKER_LOST");
  CHECK(client.get("/workflows/runs/r/nodes").json().at("nodes").at(0).at("status") == "LOST");
  envelope.events.clear();
  client.post(line_of(envelope));
  CHECK(viewer.next("status").json().at("status") == "RUNNING");
}

TEST_CASE("the nodes of a run are listed with what is known of them") {
  Collector collector;
  Client client(collector.url());
  auto failure =
      timed(event_of("r", id_of(session_a, 0, 3), "scan", Type::failed), "2025-10-13T12:00:02.5Z");
  failure.level = Level::error;
  failure.error = ErrorInfo{"exit code 3", {}, "PROCESS_EXIT"};
  failure.data = R"({"exitCode":3,"parent":"outer"})";
  auto line = event_of("r", id_of(session_a, 0, 2), "scan");
  line.message = "port 443 is open";
  auto skipped = event_of("r", id_of(session_a, 0, 4), "report", Type::completed);
  skipped.data = R"({"skipped":true})";
  skipped.output_summary = R"({"kind":"none"})";
  client.post(line_of("r", {timed(event_of("r", id_of(session_a, 0, 1), "scan", Type::started),
                                  "2025-10-13T12:00:00Z"),
                            line, failure, skipped}));
  CHECK(client.get("/workflows/runs/nobody/nodes").status == 404);
  const auto nodes = client.get("/workflows/runs/r/nodes").json().at("nodes").as_array();
  REQUIRE(nodes.size() == 2);
  const auto& scan = nodes.at(0).as_object();
  CHECK(scan.at("nodeId") == "scan");
  CHECK(scan.at("status") == "FAILED");
  CHECK(scan.at("attempts") == 1);
  CHECK(scan.at("parent") == "outer");
  CHECK(scan.at("durationMs") == 2500);
  CHECK(scan.at("events") == 3);
  CHECK(scan.at("counts").at("error") == 1);
  CHECK(scan.at("counts").at("info") == 2);
  CHECK(scan.at("lastMessage") == "port 443 is open");
  CHECK(scan.at("failure").at("reason") == "exit code 3");
  CHECK(scan.at("failure").at("code") == "PROCESS_EXIT");
  CHECK(scan.at("exit").at("exitCode") == 3);
  const auto& report = nodes.at(1).as_object();
  CHECK(report.at("status") == "SKIPPED");
  CHECK(report.at("outputSummary").at("kind") == "none");
  CHECK_FALSE(report.contains("startedAt"));
  const Reply page = client.get("/workflows/runs/r/nodes?limit=1");
  CHECK(page.json().at("nodes").as_array().size() == 1);
  const std::string cursor(page.json().at("cursor").as_string());
  const Reply rest = client.get("/workflows/runs/r/nodes?limit=5&cursor=" + cursor);
  CHECK(rest.json().at("nodes").at(0).at("nodeId") == "report");
}

TEST_CASE("what ended a node is returned as it was stored") {
  Collector collector;
  Client client(collector.url());
  auto end = event_of("r", "1", "a", Type::completed);
  end.data = R"({"v":1e400,"n":123456789012345678901234567890,"deep":)" + std::string(150, '[') +
             std::string(150, ']') + "}";
  client.post(line_of("r", {end}));
  const Reply reply = client.get("/workflows/runs/r/nodes");
  CHECK(reply.status == 200);
  CHECK(reply.body.find("\"exit\":" + *end.data) != std::string::npos);
}

TEST_CASE("a run that is too large for one response is refused") {
  Collector collector({"--max-body", "10000"});
  Client client(collector.url());
  for (std::uint64_t first = 1; first <= 400; first += 20) {
    client.post(line_of("r", events_of("r", first, first + 19)));
  }
  const Reply reply = client.get("/api/v1/workflows/runs/r/trace");
  CHECK(reply.status == 413);
  CHECK(client.get("/api/v1/workflows/runs/r/trace?limit=10").status == 200);
}

TEST_CASE("the routes below /api/v1 are those of the browser client") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 1, 1'500)));
  const std::string prefix = "/api/v1/workflows/runs/";
  CHECK(client.get(prefix + "r/trace").json().at("events").as_array().size() == 1'500);
  CHECK(client.get(prefix + "r/events").json().at("events").as_array().size() == 1'500);
  CHECK(client.get("/workflows/runs/r/trace").json().at("events").as_array().size() == 1'000);
  const Reply unknown = client.get(prefix + "nobody/trace");
  CHECK(unknown.status == 200);
  CHECK(unknown.json().at("events").as_array().empty());
  CHECK(client.get(prefix + "nobody/status").status == 404);
  CHECK(client.get(prefix + "r/dataflows").json().at("packets").as_array().empty());
  CHECK(client.get(prefix + "r/logs").json().at("logs").as_array().empty());
  const Reply rest = client.get(prefix + "r/trace?cursor=1400");
  CHECK(rest.json().at("events").as_array().size() == 100);
  CHECK(client.get("/workflows/runs/r/trace?cursor=1400").status == 400);
  CHECK(client.get("/healthz").json().at("status") == "ok");
}

TEST_CASE("what was done is counted") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 1, 3)));
  client.post(line_of("r", events_of("r", 2, 4)));
  StreamClient viewer(collector.url(), "/workflows/runs/r/stream");
  viewer.next("status");
  const std::string metrics = client.get("/metrics").body;
  for (const char* line : {"shiptrace_envelopes_total 2\n", "shiptrace_events_accepted_total 4\n",
                           "shiptrace_events_duplicate_total 2\n", "shiptrace_streams 1\n"}) {
    CHECK(metrics.find(line) != std::string::npos);
  }
}

TEST_CASE("another version of the contract is refused by name") {
  Collector collector;
  Client client(collector.url());
  client.write(
      "GET /workflows/runs HTTP/1.1\r\nHost: localhost\r\nTrace-Contract: 2031-01-01\r\n\r\n");
  const Reply refused = client.read_reply();
  CHECK(refused.status == 400);
  CHECK(refused.json().at("error").at("field") == "Trace-Contract");
  CHECK(refused.headers.at("trace-contract") == "2025-10-13");
}
