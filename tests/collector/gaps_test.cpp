// SPDX-License-Identifier: Apache-2.0
// Gaps of a run: sequences that an emitter skipped and that have not arrived since.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "client.hpp"
#include "envelopes.hpp"
#include "support/collector.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

const std::string lane_0 = std::string(session_a) + "-0";
const std::string lane_1 = std::string(session_a) + "-1";

void store(Client& client, std::uint64_t first, std::uint64_t last,
           std::string_view session = session_a, unsigned lane = 0) {
  REQUIRE(client.post(line_of("r", events_of("r", first, last, session, lane))).status == 200);
}

boost::json::object gaps(Client& client, const std::string& query = {}) {
  const Reply reply = client.get("/workflows/runs/r/gaps" + query);
  REQUIRE(reply.status == 200);
  return reply.json().as_object();
}

std::uint64_t number(const boost::json::value& value) { return value.to_number<std::uint64_t>(); }

// One emitter as "<id> of <highest>: 2-4 7-7".
std::string text_of(const boost::json::value& emitter) {
  std::string text(emitter.at("emitter").as_string());
  text += " of " + std::to_string(number(emitter.at("highest"))) + ":";
  for (const auto& range : emitter.at("missing").as_array()) {
    text += " " + std::to_string(number(range.at("from")));
    text += "-" + std::to_string(number(range.at("to")));
  }
  return text;
}

std::vector<std::string> missing(Client& client) {
  std::vector<std::string> emitters;
  const boost::json::object answer = gaps(client);
  std::uint64_t total = 0;
  for (const auto& emitter : answer.at("emitters").as_array()) {
    emitters.push_back(text_of(emitter));
    for (const auto& range : emitter.at("missing").as_array()) {
      total += number(range.at("to")) - number(range.at("from")) + 1;
    }
  }
  CHECK(answer.at("runId") == "r");
  CHECK(number(answer.at("missing")) == total);
  CHECK_FALSE(answer.at("truncated").as_bool());
  return emitters;
}

using Emitters = std::vector<std::string>;

}  // namespace

TEST_CASE("a run without losses has no gaps, whatever its ids look like") {
  Collector collector;
  Client client(collector.url());
  store(client, 1, 50);
  store(client, 30, 60);
  auto foreign = event_of("r", "17");
  REQUIRE(client.post(line_of("r", {foreign, event_of("r", "x-99")})).status == 200);
  CHECK(missing(client).empty());
  CHECK(number(gaps(client).at("ranges")) == 0);
}

TEST_CASE("each gap is listed by emitter and range, including the first events") {
  Collector collector;
  Client client(collector.url());
  store(client, 3, 5);
  store(client, 9, 10);
  store(client, 1, 4, session_a, 1);
  store(client, 7, 7, session_b, 12);
  CHECK(missing(client) ==
        Emitters{lane_0 + " of 10: 1-2 6-8", std::string(session_b) + "-12 of 7: 1-6"});
  SUBCASE("and survives the backend") {
    collector.kill();
    collector.start();
    Client again(collector.url());
    CHECK(missing(again).size() == 2);
    store(again, 1, 6, session_b, 12);
    CHECK(missing(again) == Emitters{lane_0 + " of 10: 1-2 6-8"});
  }
}

TEST_CASE("late events fill their gap, from any side") {
  Collector collector;
  Client client(collector.url());
  store(client, 10, 10);
  CHECK(missing(client) == Emitters{lane_0 + " of 10: 1-9"});
  store(client, 5, 5);
  CHECK(missing(client) == Emitters{lane_0 + " of 10: 1-4 6-9"});
  store(client, 1, 2);
  CHECK(missing(client) == Emitters{lane_0 + " of 10: 3-4 6-9"});
  store(client, 9, 9);
  CHECK(missing(client) == Emitters{lane_0 + " of 10: 3-4 6-8"});
  store(client, 5, 5);  // a duplicate
  store(client, 3, 7);  // over a gap, a stored one and half a gap
  CHECK(missing(client) == Emitters{lane_0 + " of 10: 8-8"});
  store(client, 8, 11);
  CHECK(missing(client).empty());
}

TEST_CASE("disorder within one line is not a gap") {
  Collector collector;
  Client client(collector.url());
  auto events = events_of("r", 1, 20);
  std::swap(events[3], events[17]);
  std::swap(events[0], events[9]);
  REQUIRE(client.post(line_of("r", events)).status == 200);
  CHECK(missing(client).empty());
}

TEST_CASE("a rejected event is not a gap") {
  Collector collector;
  Client client(collector.url());
  auto events = events_of("r", 1, 6);
  events.erase(events.begin() + 2);   // 3 was lost
  events[0].timestamp = "yesterday";  // 1 is rejected, and 4, and the last
  events[2].timestamp = "yesterday";
  events[4].timestamp = "yesterday";
  REQUIRE(client.post(line_of("r", events)).status == 200);
  CHECK(missing(client) == Emitters{lane_0 + " of 6: 3-3"});
  REQUIRE(client.post(line_of("r", events)).status == 200);
  CHECK(missing(client) == Emitters{lane_0 + " of 6: 3-3"});
  store(client, 1, 4);  // what was rejected was corrected
  CHECK(missing(client).empty());
}

TEST_CASE("a refused body leaves no gap") {
  Collector collector;
  Client client(collector.url());
  store(client, 1, 3);
  const std::string broken = line_of("r", events_of("r", 8, 9)) + "{\"runId\":\n";
  CHECK(client.post(broken).status == 400);
  CHECK(missing(client).empty());
}

TEST_CASE("runs have gaps of their own") {
  Collector collector;
  Client client(collector.url());
  REQUIRE(client.post(line_of("other", events_of("other", 5, 5))).status == 200);
  store(client, 1, 5);
  CHECK(missing(client).empty());
  CHECK(number(client.get("/workflows/runs/other/gaps").json().at("missing")) == 4);
}

TEST_CASE("many gaps are counted and not all listed") {
  Collector collector;
  Client client(collector.url());
  std::vector<EventPayload> events;
  for (std::uint64_t sequence = 3; sequence <= 6000; sequence += 3) {
    events.push_back(event_of("r", id_of(session_a, sequence % 2, sequence)));
  }
  REQUIRE(client.post(line_of("r", events)).status == 200);
  const auto listed = [](const boost::json::object& answer) {
    std::size_t ranges = 0;
    for (const auto& emitter : answer.at("emitters").as_array()) {
      ranges += emitter.at("missing").as_array().size();
    }
    return ranges;
  };
  const auto some = gaps(client);
  CHECK(number(some.at("ranges")) == 2000);
  // 1,000 events of each lane, up to 5997 and 6000, each after a gap.
  CHECK(number(some.at("missing")) == 5997 + 6000 - 2000);
  CHECK(some.at("truncated").as_bool());
  CHECK(listed(some) == 1000);
  const auto all = gaps(client, "?limit=2000");
  CHECK_FALSE(all.at("truncated").as_bool());
  CHECK(listed(all) == 2000);
  CHECK(listed(gaps(client, "?limit=1")) == 1);
}

TEST_CASE("an unknown run and a wrong limit are refused") {
  Collector collector;
  Client client(collector.url());
  CHECK(client.get("/workflows/runs/r/gaps").status == 404);
  store(client, 1, 1);
  for (const char* limit : {"0", "10001", "x"}) {
    CHECK(client.get("/workflows/runs/r/gaps?limit=" + std::string(limit)).status == 400);
  }
  CHECK(client.send({.method = "PUT", .target = "/workflows/runs/r/gaps"}).status == 405);
}
