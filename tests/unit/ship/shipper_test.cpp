// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <set>
#include <sstream>

#include <trace/event.hpp>

#include "unit/ship/rig.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;
using Kind = SendResult::Kind;

namespace {

std::string id(std::uint32_t lane, std::uint64_t sequence) {
  return fmt::format("{}-{}-{:012}", rig_session, lane, sequence);
}

std::vector<std::string> ids(std::uint32_t lane, std::uint64_t from, std::uint64_t to) {
  std::vector<std::string> all;
  for (std::uint64_t n = from; n <= to; ++n) all.push_back(id(lane, n));
  return all;
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("lanes are merged in the order of their stamps") {
  Rig rig;
  auto& run = rig.run("r");
  std::vector<std::string> expected;
  for (int i = 0; i < 300; ++i) {
    const auto lane = static_cast<std::uint32_t>(i * 7 % 5);
    expected.push_back(id(lane, rig.record(lane, run, "x")));
  }
  rig.run_steps(5);
  CHECK(rig.transport.stored["r"] == expected);
}

TEST_CASE(
    "events whose stamps a counter left behind are delivered, and flush waits for later ones") {
  Rig rig({1 << 20, 2});  // several batches
  auto& run = rig.run("r");
  constexpr std::uint64_t hour = 3'600'000'000'000;
  const auto calibrate = [&] {
    const std::uint64_t monotonic = rig.clock.monotonic_ns();
    return rig.wall_time.calibrate({rig.clock.stamp(), rig.clock.wall_ns(), monotonic, 0});
  };
  calibrate();
  for (int i = 0; i < 5; ++i) rig.record(0, run, "before");
  rig.clock.went_back_by = hour;
  rig.run_steps(5);
  CHECK(rig.transport.stored["r"].empty());
  CHECK(calibrate() < 0);
  rig.step();
  CHECK(rig.shipper->resolved_before() == 0);
  rig.run_steps(20);
  CHECK(rig.transport.stored["r"] == ids(0, 1, 5));
  CHECK(rig.shipper->resolved_before() <= rig.clock.stamp());
}

TEST_CASE("the line is one envelope of the contract with the run's metadata") {
  Rig rig;
  auto& run = rig.run("r", {.workflow_id = "w", .organization_id = "o", .total_actions = 2});
  rig.record(0, run, "hello");
  rig.run_steps(5);
  REQUIRE(rig.transport.sent.size() == 1);
  const auto envelope = parse_envelope(rig.transport.sent[0].lines[0]);
  REQUIRE_MESSAGE(envelope, envelope.error().text());
  CHECK(envelope->workflow_id == "w");
  CHECK(envelope->organization_id == "o");
  CHECK(envelope->total_actions == 2);
  REQUIRE(envelope->events.size() == 1);
  CHECK(envelope->events[0].message == "hello");
  CHECK(envelope->events[0].timestamp.starts_with("2025-10-13T12:00:0"));
}

TEST_CASE("a batch goes when it is full or old enough, not before") {
  Rig rig({1 << 20, 10});
  auto& run = rig.run("r");
  rig.step();  // from here on it knows when it last looked
  rig.clock.advance(10ms);
  rig.record(0, run, "x");
  rig.step();
  CHECK(rig.transport.sent.empty());
  CHECK(rig.next() <= rig.clock.now() + 40ms);
  rig.clock.advance(40ms);
  rig.step();
  CHECK(rig.transport.sent.size() == 1);

  for (int i = 0; i < 25; ++i) rig.record(0, run, "x");
  rig.step();
  rig.step();
  CHECK(rig.transport.sent.size() == 3);
  CHECK(rig.transport.sent[1].ids.size() == 10);
  CHECK(rig.transport.sent[2].ids.size() == 10);
  rig.run_steps(40);
  CHECK(rig.transport.stored["r"] == ids(0, 1, 26));
}

TEST_CASE("a failing backend gets the same bytes again, later and later") {
  Rig rig;
  auto& run = rig.run("r");
  for (int i = 0; i < 3; ++i) rig.record(0, run, "x");
  for (int i = 0; i < 12; ++i) rig.transport.then(Kind::retry_later);
  detail::time::Steady::duration longest{};
  for (int i = 0; i < 12; ++i) {
    rig.step();
    CHECK(rig.next() <= rig.clock.now() + 30s);
    longest = std::max(longest, rig.next() - rig.clock.now());
    rig.clock.advance(
        std::chrono::duration_cast<std::chrono::milliseconds>(rig.next() - rig.clock.now()));
  }
  CHECK(longest > 1s);
  CHECK(rig.transport.stored.empty());
  rig.run_steps(3);
  CHECK(rig.transport.stored["r"] == ids(0, 1, 3));
  for (const auto& sent : rig.transport.sent) CHECK(sent.lines == rig.transport.sent[0].lines);
  CHECK(rig.shipper->counters().retries == 12);
  // 12 failures within some minutes: one line a minute at most.
  CHECK(rig.diagnostics_reported.size() >= 1);
  CHECK(rig.diagnostics_reported.size() <= 6);
}

TEST_CASE("those who were asked to come back at the same time do not come together") {
  std::set<std::chrono::milliseconds> waits;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    waits.insert(detail::ship::Backoff(seed).next(60s));
  CHECK(waits.size() > 90);
  CHECK(*waits.begin() >= 60s);
  CHECK(*waits.rbegin() <= 90s);
}

TEST_CASE("Retry-After is obeyed up to fifteen minutes, and flush does not wait for it") {
  Rig rig;
  auto& run = rig.run("r");
  const auto wait = [](std::chrono::milliseconds asked) {
    return [asked](const Batch&) {
      SendResult result;
      result.retry_after = asked;
      return result;
    };
  };
  rig.record(0, run, "x");
  rig.transport.then(wait(7s));
  rig.step();
  CHECK(rig.next() >= rig.clock.now() + 7s);
  CHECK(rig.next() <= rig.clock.now() + 14s);
  rig.clock.advance(6s);
  rig.step();
  CHECK(rig.transport.sent.size() == 1);
  rig.clock.advance(8s);
  rig.transport.then(wait(std::chrono::hours(100)));
  rig.step();
  CHECK(rig.transport.sent.size() == 2);
  CHECK(rig.next() <= rig.clock.now() + 15min + 30s);
  rig.flush();
  rig.step();
  CHECK(rig.transport.stored["r"] == ids(0, 1, 1));
  CHECK(rig.shipper->resolved_before() > 0);
}

TEST_CASE("events that a response does not cover are sent again, in order and alone") {
  Rig rig;
  auto& run = rig.run("r");
  for (int i = 0; i < 10; ++i) rig.record(0, run, "x");
  rig.transport.then([](const Batch& batch) { return acknowledge_all(batch, 4); });
  rig.step();
  for (int i = 0; i < 5; ++i) rig.record(0, run, "y");
  rig.run_steps(10);
  CHECK(rig.transport.stored["r"] == ids(0, 1, 15));
  REQUIRE(rig.transport.sent.size() >= 2);
  CHECK(rig.transport.sent[1].ids == ids(0, 5, 10));
}

TEST_CASE("a response belongs to the runs that it names, in any order and also twice") {
  for (const bool twice : {false, true}) {
    CAPTURE(twice);
    Rig rig({1 << 20, 12});
    std::vector<detail::ship::RunInfo*> runs;
    for (const auto* name : {"a", "b", "c"}) runs.push_back(&rig.run(name));
    for (int i = 0; i < 4; ++i) {
      for (auto* run : runs) rig.record(0, *run, "x");
    }
    // Only one event of b is accepted, and the last word about c counts.
    rig.transport.then([&](const Batch& batch) {
      SendResult result = acknowledge_all(batch);
      result.runs[1].through[0].sequence = 1;
      if (twice) {
        result.runs.insert(result.runs.begin(), result.runs[2]);
        result.runs.front().through.clear();
      }
      std::swap(result.runs[result.runs.size() - 3], result.runs.back());
      std::swap(result.runs[result.runs.size() - 2], result.runs.back());
      return result;
    });
    rig.run_steps(20);
    REQUIRE(rig.transport.sent.size() >= 2);
    CHECK(rig.transport.sent[0].ids.size() == 12);
    CHECK(rig.transport.sent[1].ids == ids(0, 2, 4));
    for (const auto* name : {"a", "b"}) CHECK(rig.transport.stored[name] == ids(0, 1, 4));
  }
}

TEST_CASE("a batch of many runs keeps each run's events together, batch after batch") {
  Rig rig({1 << 20, 300});
  std::vector<detail::ship::RunInfo*> runs;
  for (int i = 0; i < 100; ++i) runs.push_back(&rig.run("run-" + std::to_string(i)));
  for (int round = 0; round < 9; ++round) {
    // Other runs, in another order, than in the batch before.
    for (std::size_t i = 0; i < runs.size(); i += round % 3 + 1) {
      rig.record(0, *runs[round % 2 == 0 ? i : runs.size() - 1 - i], "x");
    }
    rig.run_steps(3);
  }
  rig.flush();
  rig.run_steps(10);
  std::map<std::string, std::size_t> expected;
  for (int round = 0; round < 9; ++round) {
    for (std::size_t i = 0; i < runs.size(); i += round % 3 + 1) {
      ++expected[std::string(runs[round % 2 == 0 ? i : runs.size() - 1 - i]->id)];
    }
  }
  for (const auto& [run, count] : expected) {
    CAPTURE(run);
    CHECK(rig.transport.stored[run] == ids(0, 1, count));
  }
}

TEST_CASE("an unacknowledged run does not delay the others") {
  Rig rig({1 << 20, 4});
  auto& good = rig.run("good");
  auto& bad = rig.run("bad");
  bool heal = false;
  rig.transport.always = [&](const Batch& batch) {
    SendResult result = acknowledge_all(batch);
    if (!heal) std::erase_if(result.runs, [](const auto& run) { return run.run_id == "bad"; });
    return result;
  };
  for (int i = 0; i < 40; ++i) {
    rig.record(0, good, "x");
    rig.record(1, bad, "x");
    rig.step();
    rig.clock.advance(60ms);
  }
  rig.run_steps(100);
  CHECK(rig.transport.stored["good"].size() == 40);
  CHECK(rig.transport.stored["good"] == ids(0, 1, 40));
  CHECK(rig.transport.stored["bad"].empty());
  heal = true;
  rig.flush();
  rig.run_steps(100);
  CHECK(rig.transport.stored["bad"] == ids(1, 1, 40));
}

TEST_CASE("a response that acknowledges nothing is a failure of the backend") {
  Rig rig;
  auto& run = rig.run("r");
  rig.record(0, run, "x");
  rig.transport.then([](const Batch&) {
    SendResult result;
    result.kind = Kind::acknowledged;
    return result;
  });
  rig.step();
  CHECK(rig.shipper->counters().retries == 1);
  CHECK(rig.shipper->counters().acknowledged == 0);
  rig.run_steps(4);
  CHECK(rig.transport.stored["r"] == ids(0, 1, 1));
}

TEST_CASE("one poison event is found, kept among the dead letters, and the rest is delivered") {
  Rig rig;
  auto& run = rig.run("r");
  for (int i = 0; i < 100; ++i) rig.record(0, run, i == 37 ? "poison" : "fine");
  rig.transport.always = [](const Batch& batch) {
    for (const auto& each : batch.runs) {
      if (each.line.find("poison") != std::string_view::npos) {
        SendResult result;
        result.kind = Kind::rejected;
        result.detail = "message: is poison";
        return result;
      }
    }
    return acknowledge_all(batch);
  };
  rig.run_steps(40);
  auto expected = ids(0, 1, 100);
  expected.erase(expected.begin() + 37);
  CHECK(rig.transport.stored["r"] == expected);
  CHECK(rig.shipper->counters().rejected == 1);
  const std::string letters = content(rig.dead_letters.path());
  CHECK(letters.find("\"reason\":\"message: is poison\"") != std::string::npos);
  CHECK(letters.find(id(0, 38)) != std::string::npos);
}

TEST_CASE("413 halves the batch and the size is remembered") {
  Rig rig;
  auto& run = rig.run("r");
  const std::size_t most = 20'000;
  std::size_t refused = 0;
  rig.transport.always = [&](const Batch& batch) {
    if (batch.bytes <= most) return acknowledge_all(batch);
    ++refused;
    SendResult result;
    result.kind = Kind::too_large;
    return result;
  };
  for (int i = 0; i < 500; ++i) rig.record(0, run, "some text");
  rig.run_steps(60);
  CHECK(rig.transport.stored["r"] == ids(0, 1, 500));
  const std::size_t at_first = refused;
  CHECK(at_first > 0);
  for (int i = 0; i < 500; ++i) rig.record(0, run, "some text");
  rig.run_steps(60);
  CHECK(rig.transport.stored["r"] == ids(0, 1, 1000));
  CHECK(refused <= at_first + 1);

  rig.record(0, run, std::string(16'000, '\x01'));  // escapes to six times as much
  rig.run_steps(10);
  CHECK(rig.shipper->counters().rejected == 0);  // nothing else was taken since
  rig.record(0, run, "some text");
  rig.run_steps(10);
  CHECK(rig.shipper->counters().rejected == 1);
  CHECK(rig.shipper->counters().acknowledged == 1001);
}

TEST_CASE("events that a 200 rejects are dead letters with the backend's reason") {
  Rig rig;
  auto& run = rig.run("r");
  for (int i = 0; i < 3; ++i) rig.record(0, run, "x");
  rig.transport.then([](const Batch& batch) {
    SendResult result = acknowledge_all(batch);
    result.runs[0].rejected.push_back({id(0, 2), "nodeId: unknown"});
    return result;
  });
  rig.run_steps(5);
  CHECK(rig.shipper->counters().acknowledged == 2);
  CHECK(rig.shipper->counters().rejected == 1);
  CHECK(rig.transport.sent.size() == 1);
  CHECK(content(rig.dead_letters.path()).find("nodeId: unknown") != std::string::npos);
}

TEST_CASE("a cancelled run calls back once, and is polled only if a callback is registered") {
  Rig rig;
  auto& run = rig.run("r");
  rig.record(0, run, "x");
  rig.run_steps(5);
  rig.clock.advance(60s);
  rig.run_steps(5);
  CHECK(rig.transport.sent.size() == 1);

  int called = 0;
  auto subscription = run.cancellation.subscribe([&] { ++called; });
  rig.clock.advance(6s);
  rig.step();
  REQUIRE(rig.transport.sent.size() == 2);
  CHECK(rig.transport.sent[1].lines[0] == "{\"runId\":\"r\",\"events\":[]}\n");
  CHECK(called == 0);
  rig.transport.then([](const Batch& batch) {
    SendResult result = acknowledge_all(batch);
    result.runs[0].status = RunStatus::cancelled;
    return result;
  });
  rig.clock.advance(6s);
  rig.step();
  CHECK(called == 1);
  rig.clock.advance(60s);
  rig.run_steps(3);
  CHECK(called == 1);
  CHECK(rig.transport.sent.size() == 3);
}

TEST_CASE("acknowledged slabs are used again: the journal stays flat") {
  Rig rig;
  auto& run = rig.run("r");
  const std::string text(1000, 'x');
  std::uint64_t after_first = 0;
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 1000; ++i) rig.record(0, run, text);
    rig.run_steps(5);
    rig.pool.replenish(4, 4);
    if (round == 4) after_first = rig.file->bytes();
  }
  rig.flush();
  rig.run_steps(5);
  // 40 MB went through; a slab more or less depends on where rounds and slabs meet.
  CHECK(rig.file->bytes() <= after_first + 2 * detail::journal::large_slab_bytes);
  CHECK(rig.shipper->counters().acknowledged == 40'000);
}

TEST_CASE("unacknowledged slabs are kept: nothing is overwritten while the backend is down") {
  Rig rig;
  auto& run = rig.run("r");
  rig.transport.always = [](const Batch&) { return SendResult{}; };
  for (int i = 0; i < 20'000; ++i) {
    rig.record(static_cast<std::size_t>(i % 3), run, std::string(200, 'x'));
    if (i % 1000 == 0) rig.run_steps(2);
  }
  rig.transport.always = nullptr;
  rig.run_steps(100);
  CHECK(rig.transport.stored["r"].size() == 20'000);
}

TEST_CASE("the shipper looks the sooner for more, the faster a batch fills") {
  Rig rig({1 << 20, 2000});
  auto& run = rig.run("r");
  rig.step();
  rig.clock.advance(5ms);
  rig.record(0, run, "quiet");
  rig.step();
  CHECK(rig.next() - rig.clock.now() >= 40ms);  // its batch's delay
  rig.clock.advance(5ms);
  for (int i = 0; i < 1000; ++i) rig.record(0, run, "busy");
  rig.step();
  CHECK(rig.next() - rig.clock.now() <= 2ms);
}
