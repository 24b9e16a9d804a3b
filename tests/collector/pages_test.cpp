// SPDX-License-Identifier: Apache-2.0
// The read API: pages of events, the list of runs, cursors.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "client.hpp"
#include "envelopes.hpp"
#include "support/collector.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

std::vector<std::string> ids_of(const Reply& reply) {
  std::vector<std::string> ids;
  const auto json = reply.json();
  for (const auto& event : json.at("events").as_array()) {
    ids.emplace_back(event.at("id").as_string());
  }
  return ids;
}

std::string cursor_of(const Reply& reply) {
  return std::string(reply.json().at("cursor").as_string());
}

std::string error_field(const Reply& reply) {
  return std::string(reply.json().at("error").at("field").as_string());
}

}  // namespace

TEST_CASE("pages follow each other by cursor, an empty one is the end") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 1, 2500)));
  const std::string trace = "/workflows/runs/r/trace";

  const Reply first = client.get(trace);
  CHECK(parse_envelope(first.body).ok());
  CHECK(first.json().at("runId") == "r");
  CHECK(ids_of(first).size() == 1000);
  CHECK(ids_of(first).front() == "1");
  const Reply second = client.get(trace + "?cursor=" + cursor_of(first));
  CHECK(ids_of(second).front() == "1001");
  const Reply third = client.get(trace + "?limit=10000&cursor=" + cursor_of(second));
  CHECK(ids_of(third).size() == 500);
  CHECK(ids_of(third).back() == "2500");
  const Reply end = client.get(trace + "?cursor=" + cursor_of(third));
  CHECK(ids_of(end).empty());
  CHECK(cursor_of(end) == cursor_of(third));

  client.post(line_of("r", events_of("r", 2501, 2501)));
  CHECK(ids_of(client.get(trace + "?cursor=" + cursor_of(end))) ==
        std::vector<std::string>{"2501"});
  CHECK(cursor_of(first) == "MTAwMA==");  // base64 of "1000"
  CHECK(ids_of(client.get(trace + "?limit=1&cursor=MTAwMA%3D%3D")) ==
        std::vector<std::string>{"1001"});
}

TEST_CASE("limits and cursors outside their range are refused") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 1, 3)));
  const std::string trace = "/workflows/runs/r/trace";
  for (const char* limit : {"0", "10001", "-1", "1.5", "ten", "1x", "99999999999999999999"}) {
    INFO("limit: " << std::string(limit));
    const Reply reply = client.get(trace + "?limit=" + limit);
    CHECK(reply.status == 400);
    CHECK(error_field(reply) == "limit");
  }
  CHECK(ids_of(client.get(trace + "?limit=1")).size() == 1);
  CHECK(ids_of(client.get(trace + "?limit=10000")).size() == 3);
  // "x", base64 of "abc", of "01", of "-1", of 2^63, with padding that is missing, with a byte more
  for (const char* cursor : {"x", "YWJj", "MDE=", "LTE=", "OTIyMzM3MjAzNjg1NDc3NTgwOA==", "MQ",
                             "MQ==A", "1", "MQ==MQ=="}) {
    INFO("cursor: " << std::string(cursor));
    for (const char* resource : {"trace", "stream"}) {
      const Reply reply =
          client.get(std::string("/workflows/runs/r/") + resource + "?cursor=" + cursor);
      CHECK(reply.status == 400);
      CHECK(error_field(reply) == "cursor");
    }
  }
  CHECK(ids_of(client.get(trace + "?cursor=")).size() == 3);
  CHECK(ids_of(client.get(trace + "?cursor=MA==")).size() == 3);
  CHECK(ids_of(client.get(trace + "?cursor=OTIyMzM3MjAzNjg1NDc3NTgwNw==")).empty());
}

TEST_CASE("pages of large events end early and lose nothing") {
  Collector collector;
  Client client(collector.url());
  for (std::uint64_t n = 1; n <= 300; n += 100) {
    auto events = events_of("r", n, n + 99);
    for (EventPayload& event : events) event.data = "{\"x\":\"" + std::string(100'000, 'x') + "\"}";
    CHECK(client.post(line_of("r", events)).status == 200);
  }
  std::vector<std::string> all;
  std::string cursor;
  std::size_t largest = 0;
  for (int pages = 0; pages < 10; ++pages) {
    const Reply page = client.get("/workflows/runs/r/trace?limit=10000&cursor=" + cursor);
    const auto ids = ids_of(page);
    if (ids.empty()) break;
    all.insert(all.end(), ids.begin(), ids.end());
    cursor = cursor_of(page);
    largest = std::max(largest, page.body.size());
  }
  CHECK(largest < (std::size_t{17} << 20));
  REQUIRE(all.size() == 300);
  CHECK(all.back() == "300");
}

TEST_CASE("runs are listed newest first with what is known of them") {
  Collector collector;
  Client client(collector.url());
  CHECK(client.get("/workflows/runs").json().at("runs").as_array().empty());
  StreamEnvelope envelope;
  envelope.run_id = "first";
  envelope.workflow_id = "wf";
  envelope.organization_id = "org";
  envelope.total_actions = 1;
  envelope.events = {event_of("first", "1", "n", Type::started),
                     event_of("first", "2", "n", Type::completed)};
  client.post(line_of(envelope) + line_of("second", events_of("second", 1, 3)) +
              line_of("third", {}));
  const auto runs = client.get("/workflows/runs").json().at("runs").as_array();
  REQUIRE(runs.size() == 3);
  CHECK(runs.at(0).at("runId") == "third");
  CHECK(runs.at(0).at("status") == "QUEUED");
  CHECK(runs.at(1).at("runId") == "second");
  CHECK(runs.at(1).at("events") == 3);
  CHECK(runs.at(1).at("status") == "RUNNING");
  const auto& first = runs.at(2).as_object();
  CHECK(first.at("status") == "COMPLETED");
  CHECK(first.at("workflowId") == "wf");
  CHECK(first.at("organizationId") == "org");
  CHECK(first.at("totalActions") == 1);
  CHECK(first.at("nodes").at("completed") == 1);
  CHECK(first.at("completedAt") == "2025-10-13T12:00:00.000001Z");

  const Reply page = client.get("/workflows/runs?limit=2");
  CHECK(page.json().at("runs").as_array().size() == 2);
  const Reply rest = client.get("/workflows/runs?limit=2&cursor=" + cursor_of(page));
  REQUIRE(rest.json().at("runs").as_array().size() == 1);
  CHECK(rest.json().at("runs").at(0).at("runId") == "first");
  CHECK_FALSE(rest.json().as_object().contains("cursor"));
}
