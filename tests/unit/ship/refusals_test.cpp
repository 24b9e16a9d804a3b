// SPDX-License-Identifier: Apache-2.0
// When an event that the backend refuses is given up, and when it is kept.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <set>

#include "unit/ship/rig.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;
using Kind = SendResult::Kind;

namespace {

SendResult refusal(Kind kind) {
  SendResult result;
  result.kind = kind;
  result.detail = "no";
  return result;
}

// A 200 that lists every event as rejected.
SendResult reject_all(const Batch& batch) {
  SendResult result = acknowledge_all(batch);
  for (std::size_t i = 0; i < batch.runs.size(); ++i) {
    for (const OutgoingEvent& event : batch.runs[i].events) {
      result.runs[i].rejected.push_back({event_id(batch, event), "no"});
    }
  }
  return result;
}

ScriptedTransport::Response refusing(const std::string& how) {
  if (how == "200") return reject_all;
  const Kind kind = how == "413" ? Kind::too_large : Kind::rejected;
  return [kind](const Batch&) { return refusal(kind); };
}

bool holds(const Batch& batch, std::string_view text) {
  for (const OutgoingRun& run : batch.runs) {
    if (run.line.find(text) != std::string_view::npos) return true;
  }
  return false;
}

// Refuses what holds the text, in the same three ways; takes the rest.
ScriptedTransport::Response refusing_only(const std::string& how, const std::string& text) {
  return [how, text](const Batch& batch) {
    if (how == "200") {
      SendResult result = acknowledge_all(batch);
      for (std::size_t i = 0; i < batch.runs.size(); ++i) {
        for (const OutgoingEvent& event : batch.runs[i].events) {
          if (event.json.find(text) == std::string_view::npos) continue;
          result.runs[i].rejected.push_back({event_id(batch, event), "no"});
        }
      }
      return result;
    }
    return holds(batch, text) ? refusing(how)(batch) : acknowledge_all(batch);
  };
}

std::size_t lines_of(const std::string& path) {
  std::ifstream file(path);
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line);) ++lines;
  return lines;
}

}  // namespace

TEST_CASE("a backend that refuses everything gets nothing given up, and later gets all of it") {
  for (const char* how : {"413", "400", "200"}) {
    CAPTURE(how);
    Rig rig;
    auto& run = rig.run("r");
    for (int i = 0; i < 200; ++i) rig.record(0, run, "x");
    rig.transport.always = refusing(how);
    rig.run_steps(400);
    CHECK(rig.shipper->counters().rejected == 0);
    CHECK(lines_of(rig.dead_letters.path()) == 0);
    // Slowly: the halves at first, then at most 64 events every 15 to 30 seconds.
    const std::size_t sent = rig.transport.sent.size();
    const auto before = rig.clock.now();
    while (rig.clock.now() - before < 10min) rig.run_steps(1);
    CHECK(rig.transport.sent.size() - sent <= 64 * 41);
    CHECK(rig.next() >= rig.clock.now());

    rig.transport.always = nullptr;
    rig.transport.stored.clear();  // reject_all() names them as resolved
    rig.run_steps(600);
    CHECK(rig.transport.stored["r"].size() == 200);
    CHECK(std::is_sorted(rig.transport.stored["r"].begin(), rig.transport.stored["r"].end()));
    CHECK(rig.shipper->counters().acknowledged == 200);
    CHECK(rig.shipper->counters().rejected == 0);
  }
}

TEST_CASE("one event that is refused is given up alone, and the others go on") {
  for (const char* how : {"413", "400", "200"}) {
    CAPTURE(how);
    Rig rig;
    auto& run = rig.run("r");
    for (int i = 0; i < 300; ++i) rig.record(0, run, i == 137 ? "poison" : "fine");
    rig.transport.always = refusing_only(how, "poison");
    rig.run_steps(60);
    CHECK(rig.shipper->counters().acknowledged == 299);
    CHECK(rig.shipper->counters().rejected == 1);
    CHECK(lines_of(rig.dead_letters.path()) == 1);
    CHECK(rig.shipper->resolved_before() > 0);
  }
}

TEST_CASE("several refused events in a row are all found, the last ones too") {
  for (const char* how : {"413", "400", "200"}) {
    CAPTURE(how);
    Rig rig;
    auto& run = rig.run("r");
    rig.transport.always = refusing_only(how, "poison");
    for (int i = 0; i < 100; ++i) rig.record(0, run, i >= 30 && i < 50 ? "poison" : "fine");
    rig.run_steps(200);
    CHECK(rig.shipper->counters().acknowledged == 80);
    CHECK(rig.shipper->counters().rejected == 20);
    // The last of a batch whose other events were taken, and nothing comes after it.
    rig.record(0, run, "fine");
    rig.record(0, run, "poison");
    rig.run_steps(20);
    CHECK(rig.shipper->counters().acknowledged == 81);
    CHECK(rig.shipper->counters().rejected == 21);
  }
}

TEST_CASE("an event that is refused without company waits for another one to be taken") {
  for (const char* how : {"413", "400", "200"}) {
    CAPTURE(how);
    Rig rig;
    auto& run = rig.run("r");
    rig.transport.always = refusing_only(how, "poison");
    rig.record(0, run, "poison");
    rig.run_steps(30);
    CHECK(rig.shipper->counters().rejected == 0);
    CHECK(rig.shipper->only_refused_is_left());
    rig.record(1, rig.run("other"), "fine");
    rig.run_steps(5);
    CHECK(rig.shipper->counters().acknowledged == 1);
    CHECK(rig.shipper->counters().rejected == 1);
    CHECK_FALSE(rig.shipper->only_refused_is_left());
  }
}

TEST_CASE("what was taken by way of another journal shows that a refused event is to blame") {
  Rig rig;
  rig.transport.always = refusing_only("400", "poison");
  rig.record(0, rig.run("r"), "poison");
  rig.run_steps(5);
  CHECK(rig.shipper->counters().rejected == 0);
  rig.taken.add(1);
  rig.flush();
  rig.run_steps(5);
  CHECK(rig.shipper->counters().rejected == 1);
}

TEST_CASE("a limit on the body's size that was lifted does not keep batches small") {
  Rig rig;
  auto& run = rig.run("r");
  for (int i = 0; i < 500; ++i) rig.record(0, run, "some text");
  rig.transport.always = refusing("413");
  rig.run_steps(100);
  rig.transport.always = nullptr;
  rig.run_steps(600);
  CHECK(rig.shipper->counters().acknowledged == 500);
  const std::size_t before = rig.transport.sent.size();
  for (int i = 0; i < 2000; ++i) rig.record(0, run, "some text");
  rig.run_steps(10);
  CHECK(rig.shipper->counters().acknowledged == 2500);
  CHECK(rig.transport.sent.size() - before <= 3);
}

TEST_CASE("a flush knows when nothing more will be tried") {
  Rig rig;
  auto& run = rig.run("r");
  const auto in_vain = [&] { return rig.shipper->next_attempt() > rig.clock.now() + 5s; };
  SUBCASE("refused") {
    rig.record(0, run, "x");
    rig.transport.always = refusing("400");
    rig.flush();
    CHECK_FALSE(in_vain());
    rig.step();
    CHECK(in_vain());
    CHECK(rig.transport.sent.size() == 1);
    rig.flush();
    CHECK_FALSE(in_vain());
    rig.step();
    CHECK(rig.transport.sent.size() == 2);
    rig.step();  // looks for more
    CHECK(in_vain());
    CHECK(rig.transport.sent.size() == 2);
  }
  SUBCASE("a run that no response names") {
    rig.record(0, run, "x");
    rig.transport.always = [](const Batch&) {
      SendResult result;
      result.kind = Kind::acknowledged;
      return result;
    };
    const auto before = rig.clock.now();
    rig.flush();
    for (int i = 0; i < 100 && !in_vain(); ++i) rig.run_steps(1);
    CHECK(in_vain());
    CHECK(rig.transport.sent.size() == 3);
    CHECK(rig.clock.now() - before < 1s);
    CHECK(rig.shipper->only_refused_is_left());
  }
  SUBCASE("an outage is waited for") {
    rig.record(0, run, "x");
    rig.transport.always = [](const Batch&) { return SendResult{}; };
    rig.flush();
    rig.run_steps(3);
    CHECK_FALSE(in_vain());
  }
}

TEST_CASE(
    "good events behind a long block of refused ones are delivered, then the block is judged") {
  for (const char* how : {"413", "400", "200"}) {
    CAPTURE(how);
    Rig rig;
    auto& run = rig.run("r");
    for (int i = 0; i < 200; ++i) rig.record(0, run, "poison");
    for (int i = 0; i < 50; ++i) rig.record(0, run, "fine");
    rig.transport.always = refusing_only(how, "poison");
    const auto before = rig.clock.now();
    while (rig.shipper->counters().rejected < 200 && rig.clock.now() - before < 1h) {
      rig.run_steps(1);
    }
    rig.run_steps(20);
    CHECK(rig.shipper->counters().acknowledged == 50);
    CHECK(rig.shipper->counters().rejected == 200);
    CHECK(lines_of(rig.dead_letters.path()) == 200);
    CHECK(rig.clock.now() - before < 5min);
  }
}

TEST_CASE("a flush in the pause between two tries keeps the order of what was refused") {
  Rig rig;
  auto& run = rig.run("r");
  for (int i = 0; i < 100; ++i) rig.record(0, run, "x");
  rig.transport.always = refusing("400");
  rig.run_steps(60);
  rig.transport.always = nullptr;
  rig.flush();
  rig.run_steps(300);
  CHECK(rig.transport.stored["r"].size() == 100);
  CHECK(std::is_sorted(rig.transport.stored["r"].begin(), rig.transport.stored["r"].end()));
}
