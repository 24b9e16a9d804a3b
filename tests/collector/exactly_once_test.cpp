// SPDX-License-Identifier: Apache-2.0
// Ingestion stores each event once, numbers them without gaps and says what it has.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "client.hpp"
#include "envelopes.hpp"
#include "support/collector.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

const boost::json::object& run_of(const boost::json::value& answer, std::size_t index = 0) {
  return answer.at("runs").as_array().at(index).as_object();
}

std::uint64_t number(const boost::json::value& value) { return value.to_number<std::uint64_t>(); }

std::uint64_t through(const boost::json::object& run, const std::string& emitter) {
  return number(run.at("through").as_object().at(emitter));
}

// The stored events of a run as "<id> <message>", in pages of `limit`.
std::vector<std::string> stored(Client& client, const std::string& run_id) {
  std::vector<std::string> all;
  std::string cursor;
  for (int pages = 0; pages < 1000; ++pages) {
    const Reply reply =
        client.get("/workflows/runs/" + run_id + "/trace?limit=10000&cursor=" + cursor);
    REQUIRE(reply.status == 200);
    const Result<StreamEnvelope> page = parse_envelope(reply.body);
    REQUIRE(page.ok());
    if ((*page).events.empty()) break;
    for (const EventPayload& event : (*page).events) {
      all.push_back(event.id + " " + event.message.value_or(""));
    }
    cursor = (*page).cursor.value_or("");
  }
  return all;
}

const std::string lane_0 = std::string(session_a) + "-0";
const std::string lane_1 = std::string(session_a) + "-1";

}  // namespace

TEST_CASE("a resent body is all duplicates and changes nothing") {
  Collector collector;
  Client client(collector.url());
  const std::string body = line_of("r", events_of("r", 1, 500));

  const Reply first = client.post(body);
  CHECK(first.status == 200);
  CHECK(first.headers.at("content-type") == "application/json");
  CHECK(first.headers.at("accept-encoding") == "gzip, zstd");
  const auto once = first.json();
  CHECK(run_of(once).at("runId") == "r");
  CHECK(number(run_of(once).at("accepted")) == 500);
  CHECK(number(run_of(once).at("duplicates")) == 0);
  CHECK(run_of(once).at("rejected").as_array().empty());
  CHECK(through(run_of(once), lane_0) == 500);
  CHECK(run_of(once).at("status") == "RUNNING");

  for (int again = 0; again < 3; ++again) {
    const auto twice = client.post(body).json();
    CHECK(number(run_of(twice).at("accepted")) == 0);
    CHECK(number(run_of(twice).at("duplicates")) == 500);
    CHECK(through(run_of(twice), lane_0) == 500);
    CHECK(run_of(twice).at("cursor") == run_of(once).at("cursor"));
  }
  const auto events = stored(client, "r");
  REQUIRE(events.size() == 500);
  for (std::size_t i = 0; i < events.size(); ++i) {
    CHECK(events[i] == std::to_string(i + 1) + " 0/" + std::to_string(i + 1));
  }
}

TEST_CASE("a body that repeats a part stores the rest, without a gap in the sequence") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 1, 10)));
  const auto answer = client.post(line_of("r", events_of("r", 6, 20))).json();
  CHECK(number(run_of(answer).at("accepted")) == 10);
  CHECK(number(run_of(answer).at("duplicates")) == 5);
  CHECK(through(run_of(answer), lane_0) == 20);

  auto repeated = events_of("r", 21, 22);
  repeated.insert(repeated.begin() + 1, repeated.front());  // twice in one line
  const auto inside = client.post(line_of("r", repeated)).json();
  CHECK(number(run_of(inside).at("accepted")) == 2);
  CHECK(number(run_of(inside).at("duplicates")) == 1);

  const auto events = stored(client, "r");
  REQUIRE(events.size() == 22);
  CHECK(events.front() == "1 0/1");
  CHECK(events.back() == "22 0/22");
}

TEST_CASE("an event below the emitter's highest sequence is new when it was never stored") {
  Collector collector;
  Client client(collector.url());
  client.post(line_of("r", events_of("r", 5, 6)));
  const auto late = client.post(line_of("r", events_of("r", 3, 3))).json();
  CHECK(number(run_of(late).at("accepted")) == 1);
  CHECK(through(run_of(late), lane_0) == 6);
  CHECK(stored(client, "r") == std::vector<std::string>{"1 0/5", "2 0/6", "3 0/3"});
}

TEST_CASE("emitters, lanes and runs are counted apart") {
  Collector collector;
  Client client(collector.url());
  auto mixed = events_of("r", 1, 2);
  for (auto& event : events_of("r", 1, 3, session_a, 1)) mixed.push_back(event);
  for (auto& event : events_of("r", 7, 7, session_b, 0)) mixed.push_back(event);
  const auto answer =
      client.post(line_of("r", mixed) + line_of("other", events_of("other", 1, 4))).json();
  CHECK(answer.at("runs").as_array().size() == 2);
  const auto& run = run_of(answer, 0);
  CHECK(number(run.at("accepted")) == 6);
  CHECK(run.at("through").as_object().size() == 3);
  CHECK(through(run, lane_0) == 2);
  CHECK(through(run, lane_1) == 3);
  CHECK(through(run, std::string(session_b) + "-0") == 7);
  // The same id in another run is another event.
  CHECK(run_of(answer, 1).at("runId") == "other");
  CHECK(number(run_of(answer, 1).at("accepted")) == 4);
  CHECK(stored(client, "r").size() == 6);
  CHECK(stored(client, "other").size() == 4);
}

TEST_CASE("an invalid event is rejected by name, takes no sequence and counts for through") {
  Collector collector;
  Client client(collector.url());
  auto events = events_of("r", 1, 4);
  events[1].timestamp = "yesterday";
  events[3].timestamp = "2025-10-13T12:00:00+00:00";
  const auto answer = client.post(line_of("r", events)).json();
  const auto& run = run_of(answer);
  CHECK(number(run.at("accepted")) == 2);
  REQUIRE(run.at("rejected").as_array().size() == 2);
  const auto& first = run.at("rejected").as_array().at(0).as_object();
  CHECK(first.at("id").as_string() == id_of(session_a, 0, 2));
  CHECK(std::string(first.at("reason").as_string()).find("timestamp") != std::string::npos);
  CHECK(through(run, lane_0) == 4);
  CHECK(stored(client, "r") == std::vector<std::string>{"1 0/1", "2 0/3"});

  SUBCASE("a rejected event that was corrected is stored") {
    const auto corrected = client.post(line_of("r", events_of("r", 2, 2))).json();
    CHECK(number(run_of(corrected).at("accepted")) == 1);
    CHECK(through(run_of(corrected), lane_0) == 4);
    CHECK(stored(client, "r").back() == "3 0/2");
  }
}

TEST_CASE("ids of a foreign shape are stored once and have no through") {
  Collector collector;
  Client client(collector.url());
  const std::vector<std::string> ids{"1",
                                     "a b/\"c\"",
                                     std::string(session_a) + "-01-000000000001",
                                     std::string(session_a) + "-0-1",
                                     std::string(session_a) + "-0-000000000000",
                                     "01arz3ndektsv4rrffq69g5fav-0-000000000001"};
  std::vector<EventPayload> events;
  for (const std::string& id : ids) events.push_back(event_of("r", id));
  const auto answer = client.post(line_of("r", events)).json();
  CHECK(number(run_of(answer).at("accepted")) == ids.size());
  CHECK(run_of(answer).at("through").as_object().empty());
  const auto again = client.post(line_of("r", events)).json();
  CHECK(number(run_of(again).at("duplicates")) == ids.size());
  CHECK(stored(client, "r").size() == ids.size());
}

TEST_CASE("an envelope without events registers its run and asks for its status") {
  Collector collector;
  Client client(collector.url());
  StreamEnvelope envelope;
  envelope.run_id = "r";
  envelope.workflow_id = "wf";
  envelope.total_actions = 3;
  const auto answer = client.post(line_of(envelope)).json();
  CHECK(number(run_of(answer).at("accepted")) == 0);
  CHECK(run_of(answer).at("through").as_object().empty());
  CHECK(run_of(answer).at("status") == "QUEUED");
  CHECK(client.get("/workflows/runs/r/status").json().at("workflowId") == "wf");
}

TEST_CASE("every part of an event comes back as it was sent, unknown keys do not") {
  Collector collector;
  Client client(collector.url());
  const std::string sent =
      R"({"id":"x","runId":"r","nodeId":"n","type":"FAILED","level":"warn",)"
      R"("timestamp":"2025-10-13T12:00:00.123Z","message":"ünï\n","extra":1,)"
      R"("error":{"message":"m","stack":"s","code":"C","more":true},)"
      R"("outputSummary":{"a":[1,2.5,null]},"data":{"stream":"stderr","retryable":true}})";
  client.post(R"({"runId":"r","unknown":{},"events":[)" + sent + "]}\n");
  const Reply reply = client.get("/workflows/runs/r/trace");
  const auto event = reply.json().at("events").at(0).as_object();
  CHECK(event.size() == 10);
  CHECK(event.at("id") == "1");
  CHECK(event.at("type") == "FAILED");
  CHECK(event.at("level") == "warn");
  CHECK(event.at("timestamp") == "2025-10-13T12:00:00.123Z");
  CHECK(event.at("message") == "ünï\n");
  CHECK(boost::json::serialize(event.at("error")) == R"({"message":"m","stack":"s","code":"C"})");
  CHECK(event.at("outputSummary").at("a").as_array().size() == 3);
  CHECK(event.at("data").at("retryable").as_bool());
}
