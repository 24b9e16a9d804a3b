// SPDX-License-Identifier: Apache-2.0
// Losses are reported in the stream, between the neighbours that survived.
#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <limits>
#include <thread>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

namespace {

struct Observed {
  std::string node_id;
  std::string reason;
  std::uint64_t count = 0;
  std::string after;
  std::string before;
};

std::vector<Observed> losses_in(const std::vector<EventPayload>& events) {
  std::vector<Observed> losses;
  for (const EventPayload& event : events) {
    if (!event.data || event.data->find("\"dropped\"") == std::string::npos) continue;
    CHECK(event.type == Type::progress);
    CHECK(event.level == Level::warn);
    simdjson::dom::parser parser;
    const simdjson::dom::element dropped = parser.parse(*event.data)["dropped"];
    const auto text = [&](const char* name) {
      std::string_view value;
      if (dropped[name].get(value) != simdjson::SUCCESS) value = {};
      return std::string(value);
    };
    losses.push_back({event.node_id, text("reason"), std::uint64_t{dropped["count"]}, text("after"),
                      text("before")});
  }
  return losses;
}

std::string message_of(const std::vector<EventPayload>& events, const std::string& id) {
  const auto found = std::find_if(events.begin(), events.end(),
                                  [&](const EventPayload& event) { return event.id == id; });
  return found == events.end() ? "none" : found->message.value_or("");
}

}  // namespace

TEST_CASE("an exhausted budget is reported by one event with the number and the neighbours") {
  RecordedSession session({.journal_budget = 4 << 20});
  session.break_backend();
  auto node = session.run().node("n");
  const std::string text(500, 'x');
  std::uint64_t dropped = 0;
  int last = -1;
  for (int i = 0; dropped < 1000; ++i) {
    if (record(node, Type::progress, Level::info, "{} {}", i, text) == Outcome::dropped) {
      ++dropped;
    } else if (dropped == 0) {
      last = i;
    }
  }
  session.heal_backend();
  session.session().flush(1min);
  while (record(node, Type::progress, Level::info, "again") == Outcome::dropped) ++dropped;
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  std::vector<Observed> observed;
  std::vector<EventPayload> events;
  while (observed.empty() && std::chrono::steady_clock::now() < deadline) {
    events = session.events();
    observed = losses_in(events);
  }
  REQUIRE(observed.size() == 1);
  CHECK(observed[0].node_id == "n");
  CHECK(observed[0].reason == "budget");
  CHECK(observed[0].count == dropped);
  CHECK(message_of(events, observed[0].after).starts_with(std::to_string(last) + " "));
  CHECK(message_of(events, observed[0].before) == "again");
  const Stats stats = session.stats();
  CHECK(stats.dropped == dropped);
  CHECK(stats.acknowledged == stats.accepted);
  CHECK(events.size() == stats.accepted + 1);
  CHECK(session.session().close(10s).kept == 0);
  CHECK(session.stats().lost == 0);
}

TEST_CASE("events refused for another reason are reported, at the latest by close") {
  RecordedSession session;
  auto node = session.run().node("n");
  for (int i = 0; i < 3; ++i) {
    record(node, Type::progress, Level::info,
           field("ratio", std::numeric_limits<double>::quiet_NaN()), "x");
  }
  CHECK(session.session().close(20s).kept == 0);
  const auto observed = losses_in(session.events());
  REQUIRE(observed.size() == 1);
  CHECK(observed[0].reason == "bad_number");
  CHECK(observed[0].count == 3);
}

TEST_CASE("continuing losses are reported about once a second, each once") {
  RecordedSession session;
  const auto node = session.run().node("n");
  const auto end = std::chrono::steady_clock::now() + 3s;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        while (std::chrono::steady_clock::now() < end) {
          record(node, Type::progress, Level::info,
                 field("ratio", std::numeric_limits<double>::quiet_NaN()), "x");
        }
      });
    }
  }
  CHECK(session.session().close(20s).kept == 0);
  const auto observed = losses_in(session.events());
  std::uint64_t count = 0;
  for (const Observed& loss : observed) count += loss.count;
  CHECK(count == session.stats().dropped);
  CHECK(observed.size() >= 2);
  CHECK(observed.size() <= 5);
}
