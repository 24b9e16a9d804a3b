// SPDX-License-Identifier: Apache-2.0
// The lease of a session: while it has an open node, the backend hears of it every 10 s.
#include <doctest/doctest.h>

#include <algorithm>

#include "unit/ship/rig.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;
using Kind = SendResult::Kind;

namespace {

constexpr std::string_view member = R"("session":"01ARZ3NDEKTSV4RRFFQ69G5FAV")";

std::size_t lines_with_lease(const ScriptedTransport::Sent& sent) {
  return static_cast<std::size_t>(std::count_if(
      sent.lines.begin(), sent.lines.end(),
      [](const std::string& line) { return line.find(member) != std::string::npos; }));
}

void let_pass(Rig& rig, std::chrono::milliseconds time) {
  const auto end = rig.clock.now() + time;
  while (rig.clock.now() < end) rig.run_steps(1);
}

}  // namespace

TEST_CASE("each envelope of a session names it, none before it starts a node or of a dead one") {
  SessionOfTest session;
  SessionOfTest without_nodes;
  without_nodes.started = false;
  for (SessionOfTest* of : {&session, &without_nodes, static_cast<SessionOfTest*>(nullptr)}) {
    const bool is_live = of == &session;
    CAPTURE(is_live);
    Rig rig({1 << 20, 5}, nullptr, of);
    auto& run = rig.run("r");
    auto& parked = rig.run("parked");
    for (int i = 0; i < 20; ++i) {
      rig.record(0, run, i == 7 ? "poison" : "x");
      rig.record(0, parked, "x");
    }
    bool heals = false;
    rig.transport.always = [&](const Batch& batch) {
      SendResult result = acknowledge_all(batch);
      if (!heals)
        std::erase_if(result.runs, [](const auto& each) { return each.run_id == "parked"; });
      for (const OutgoingRun& each : batch.runs) {
        if (each.line.find("poison") != std::string_view::npos) result.kind = Kind::rejected;
      }
      return result;
    };
    rig.run_steps(50);
    heals = true;
    rig.finish(run);
    auto subscription = run.cancellation.subscribe([] {});
    rig.flush();
    rig.run_steps(50);
    let_pass(rig, 6s);
    CHECK(rig.transport.sent.size() > 10);
    for (const auto& sent : rig.transport.sent) {
      CHECK(lines_with_lease(sent) == (is_live ? sent.lines.size() : 0));
    }
    CHECK(rig.transport.stored["parked"].size() == 20);
    CHECK(rig.shipper->counters().finished == 1);
  }
}

TEST_CASE("a session with an open node sends one empty envelope every 10 s, an idle one nothing") {
  SessionOfTest session;
  Rig rig({1 << 20, 2000}, nullptr, &session);
  auto& run = rig.run("r");
  for (int i = 0; i < 10; ++i) rig.run("other" + std::to_string(i));
  rig.record(0, run, "x");
  rig.run_steps(3);
  REQUIRE(rig.transport.sent.size() == 1);
  let_pass(rig, 2min);
  CHECK(rig.transport.sent.size() == 1);

  session.open = &run;
  let_pass(rig, 5min);
  CHECK(rig.transport.sent.size() >= 1 + 28);
  CHECK(rig.transport.sent.size() <= 1 + 30);
  CHECK(
      rig.transport.sent.back().lines ==
      std::vector<std::string>{R"({"runId":"r","events":[],"session":"01ARZ3NDEKTSV4RRFFQ69G5FAV"})"
                               "\n"});

  session.open = nullptr;
  const std::size_t before = rig.transport.sent.size();
  let_pass(rig, 2min);
  CHECK(rig.transport.sent.size() == before);
}

TEST_CASE("any other envelope is the lease") {
  SessionOfTest session;
  Rig rig({1 << 20, 2000}, nullptr, &session);
  auto& run = rig.run("r");
  session.open = &run;
  SUBCASE("events") {
    for (int i = 0; i < 40; ++i) {
      rig.record(0, run, "x");
      let_pass(rig, 8s);
    }
    CHECK(rig.transport.sent.size() == 40);
  }
  SUBCASE("questions for a cancellation") {
    auto subscription = rig.run("asked").cancellation.subscribe([] {});
    let_pass(rig, 60s);
    for (const auto& sent : rig.transport.sent) {
      CHECK(sent.lines.size() == 1);
      CHECK(sent.lines[0].find("asked") != std::string::npos);
    }
  }
}

TEST_CASE("a lease that does not arrive is tried again within 5 s, and loses nothing") {
  SessionOfTest session;
  Rig rig({1 << 20, 2000}, nullptr, &session);
  auto& run = rig.run("r");
  session.open = &run;
  let_pass(rig, 11s);
  REQUIRE(rig.transport.sent.size() == 1);
  for (const Kind kind : {Kind::retry_later, Kind::refused, Kind::rejected, Kind::too_large}) {
    rig.transport.then(kind);
  }
  let_pass(rig, 10s);
  CHECK(rig.transport.sent.size() == 2);
  let_pass(rig, 16s);
  CHECK(rig.transport.sent.size() == 5);
  rig.record(0, run, "x");
  let_pass(rig, 1s);
  CHECK(rig.transport.stored["r"].size() == 1);
}

TEST_CASE("events that wait for a full batch do not delay the lease") {
  SessionOfTest session;
  Rig rig({1 << 20, 2000}, nullptr, &session, 1min);
  auto& run = rig.run("r");
  session.open = &run;
  rig.run_steps(2);
  rig.record(0, run, "x");
  let_pass(rig, 55s);
  CHECK(rig.transport.stored["r"].empty());
  CHECK(rig.transport.sent.size() >= 4);
  let_pass(rig, 10s);
  CHECK(rig.transport.stored["r"].size() == 1);
}
