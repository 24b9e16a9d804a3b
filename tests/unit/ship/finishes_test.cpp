// SPDX-License-Identifier: Apache-2.0
// Finished runs: when that is sent, how often, and what a flush waits for.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include <trace/event.hpp>

#include "journal/journal_reader.hpp"
#include "support/journal_directory.hpp"
#include "unit/ship/rig.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;
using Kind = SendResult::Kind;

namespace {

bool is_finish(std::string_view line) {
  return line.find("\"finishedAt\":\"") != std::string_view::npos;
}

// The runs of the finishes that were sent, send by send: "a b" is one request.
std::vector<std::string> finishes_sent(const Rig& rig) {
  std::vector<std::string> sends;
  for (const auto& sent : rig.transport.sent) {
    std::string runs;
    for (const std::string& line : sent.lines) {
      if (is_finish(line)) runs += (runs.empty() ? "" : " ") + parse_envelope(line)->run_id;
    }
    if (!runs.empty()) sends.push_back(std::move(runs));
  }
  return sends;
}

std::size_t count(const std::vector<std::string>& all, const std::string& one) {
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), one));
}

std::string finished_at(const std::string& line) {
  const std::size_t begin = line.find("\"finishedAt\":\"") + 14;
  return line.substr(begin, line.find('"', begin) - begin);
}

// Acknowledges everything but the run.
auto all_but(const std::string& omitted) {
  return [omitted](const Batch& batch) {
    SendResult result = acknowledge_all(batch);
    std::erase_if(result.runs, [&](const auto& run) { return run.run_id == omitted; });
    return result;
  };
}

bool has_finish_of(const Batch& batch, std::string_view run) {
  return std::any_of(batch.runs.begin(), batch.runs.end(), [&](const OutgoingRun& each) {
    return each.run_id == run && !each.finished_at.empty();
  });
}

}  // namespace

TEST_CASE("a finish is sent once, alone, after the events of its run are acknowledged") {
  Rig rig;
  auto& run = rig.run("r", {.workflow_id = "w", .total_actions = 2});
  rig.record(0, run, "x");
  rig.finish(run);
  for (int i = 0; i < 3; ++i) rig.transport.then(Kind::retry_later);
  for (int i = 0; i < 3; ++i) {
    rig.step();
    CHECK(finishes_sent(rig).empty());
    rig.clock.advance(
        std::chrono::duration_cast<std::chrono::milliseconds>(rig.next() - rig.clock.now() + 1ms));
  }
  rig.run_steps(20);
  REQUIRE(rig.transport.sent.size() == 5);
  REQUIRE(rig.transport.sent[4].lines.size() == 1);
  const std::string& line = rig.transport.sent[4].lines[0];
  CHECK(line == fmt::format("{{\"runId\":\"r\",\"workflowId\":\"w\",\"totalActions\":2,"
                            "\"events\":[],\"finishedAt\":\"{}\"}}\n",
                            finished_at(line)));
  CHECK(finished_at(line).starts_with("2025-10-13T12:00:0"));
  rig.clock.advance(10min);
  rig.flush();
  rig.run_steps(20);
  CHECK(finishes_sent(rig) == std::vector<std::string>{"r"});
  CHECK(rig.shipper->counters().finished == 1);
  CHECK(rig.shipper->unacknowledged_finishes().all == 0);
}

TEST_CASE("the time of a finish is between those of the events before and after it") {
  Rig rig;
  auto& run = rig.run("r");
  rig.record(0, run, "before");
  rig.finish(run);
  rig.record(0, run, "after");
  rig.run_steps(10);
  REQUIRE(rig.transport.sent.size() == 2);
  const auto envelope = parse_envelope(rig.transport.sent[0].lines[0]);
  REQUIRE(envelope->events.size() == 2);
  const std::string at = finished_at(rig.transport.sent[1].lines[0]);
  CHECK(envelope->events[0].timestamp <= at);
  CHECK(at <= envelope->events[1].timestamp);
}

TEST_CASE("the finishes of many runs share requests") {
  Rig rig;
  for (int i = 0; i < 2500; ++i) rig.finish(rig.run(fmt::format("r{}", i)));
  rig.run_steps(10);
  REQUIRE(rig.transport.sent.size() == 3);
  CHECK(rig.transport.sent[0].lines.size() == 1024);
  CHECK(rig.transport.sent[2].lines.size() == 2500 - 2048);
  CHECK(rig.shipper->counters().finished == 2500);
}

TEST_CASE("a run that the backend does not accept is finished after its parked events, no other") {
  Rig rig;
  auto& stalled = rig.run("stalled");
  auto& other = rig.run("other");
  rig.transport.always = all_but("stalled");
  rig.record(0, stalled, "x");
  rig.record(0, other, "x");
  rig.run_steps(10);
  rig.finish(stalled);
  rig.finish(other);
  rig.run_steps(30);
  CHECK(finishes_sent(rig) == std::vector<std::string>{"other"});
  rig.transport.always = nullptr;
  rig.flush();
  rig.run_steps(30);
  CHECK(finishes_sent(rig) == std::vector<std::string>{"other", "stalled"});
  CHECK(rig.transport.stored["stalled"].size() == 1);
}

TEST_CASE("events that are recorded after the finish do not delay it") {
  Rig rig;
  auto& run = rig.run("r");
  rig.finish(run);
  rig.run_steps(2);
  REQUIRE(rig.transport.sent.size() == 1);
  auto& late = rig.run("late");
  rig.finish(late);
  rig.record(0, late, "x");
  rig.transport.always = [](const Batch& batch) {
    SendResult result = acknowledge_all(batch);
    if (!has_finish_of(batch, "late")) result.runs.clear();  // its event is parked
    return result;
  };
  rig.run_steps(20);
  CHECK(finishes_sent(rig) == std::vector<std::string>{"r", "late"});
}

TEST_CASE("a worker that never pauses does not delay a finish") {
  Rig rig;
  auto& run = rig.run("r");
  auto& busy = rig.run("busy");
  rig.record(0, run, "x");
  rig.finish(run);
  for (int i = 0; i < 20 && finishes_sent(rig).empty(); ++i) {
    rig.record(0, busy, "y");
    rig.flush();
    rig.step();
  }
  CHECK(finishes_sent(rig) == std::vector<std::string>{"r"});
}

TEST_CASE("a dead letter is no reason to wait") {
  Rig rig;
  auto& run = rig.run("r");
  rig.record(0, run, "good");
  rig.record(0, run, "poison");
  rig.finish(run);
  rig.transport.always = [](const Batch& batch) {
    SendResult result = acknowledge_all(batch);
    if (batch.runs[0].line.find("poison") != std::string_view::npos) {
      result.kind = Kind::rejected;
    }
    return result;
  };
  rig.run_steps(20);
  CHECK(rig.shipper->counters().rejected == 1);
  CHECK(finishes_sent(rig) == std::vector<std::string>{"r"});
}

TEST_CASE("a finish is repeated, later and later, until a response names the run") {
  Rig rig;
  rig.transport.always = all_but("r");
  rig.finish(rig.run("r"));
  rig.run_steps(60);
  const auto sends = finishes_sent(rig);
  CHECK(sends.size() >= 5);
  CHECK(sends.size() <= 20);  // of 60 steps of at most 66 ms
  CHECK(rig.shipper->counters().finished == 0);
  CHECK(rig.shipper->unacknowledged_finishes().all == 1);
  CHECK(rig.diagnostics_reported.size() >= 1);
  // Another run is not held up by it.
  rig.finish(rig.run("other"));
  rig.run_steps(3);
  CHECK(rig.shipper->counters().finished == 1);
  rig.transport.always = nullptr;
  rig.flush();
  rig.run_steps(3);
  CHECK(rig.shipper->counters().finished == 2);
}

TEST_CASE("a flush waits for the finish, and close gives in when the backend refuses it") {
  Rig rig;
  auto& run = rig.run("r");
  rig.record(0, run, "x");
  rig.finish(run);
  const std::uint64_t stamp = rig.clock.stamp();
  rig.transport.always = all_but("r");
  bool is_down = false;
  SUBCASE("down") {
    is_down = true;
    rig.transport.always = [](const Batch&) { return SendResult{}; };
  }
  SUBCASE("the run is omitted") {}
  SUBCASE("the events are acknowledged, the finish is omitted") {
    rig.transport.always = [](const Batch& batch) {
      SendResult result = acknowledge_all(batch);
      if (has_finish_of(batch, "r")) result.runs.clear();
      return result;
    };
  }
  SUBCASE("the events are acknowledged, the finish is refused") {
    rig.transport.always = [](const Batch& batch) {
      SendResult result = acknowledge_all(batch);
      if (has_finish_of(batch, "r")) result.kind = Kind::rejected;
      return result;
    };
  }
  rig.flush();
  rig.run_steps(200);
  CHECK(rig.shipper->resolved_before() < stamp);
  if (!is_down) CHECK(rig.shipper->next_attempt() > rig.clock.now() + 1s);
  rig.transport.always = nullptr;
  rig.flush();
  rig.run_steps(50);
  CHECK(rig.shipper->resolved_before() >= stamp);
  CHECK(rig.shipper->counters().finished == 1);
}

TEST_CASE("a finish that is refused alone is given up once the backend accepts events again") {
  Rig rig;
  rig.transport.always = [](const Batch& batch) {
    SendResult result = acknowledge_all(batch);
    if (has_finish_of(batch, "bad")) result.kind = Kind::rejected;
    return result;
  };
  for (int i = 0; i < 7; ++i) rig.finish(rig.run(i == 3 ? "bad" : fmt::format("good{}", i)));
  rig.run_steps(20);
  CHECK(rig.shipper->counters().finished == 6);
  CHECK(rig.shipper->unacknowledged_finishes().all == 1);
  CHECK(rig.shipper->counters().refused_finishes == 0);
  const std::size_t before = count(finishes_sent(rig), "bad");
  rig.clock.advance(31s);
  rig.run_steps(3);
  CHECK(count(finishes_sent(rig), "bad") == before + 1);
  CHECK(rig.shipper->counters().refused_finishes == 0);
  rig.record(0, rig.run("good0"), "x");
  rig.run_steps(3);
  rig.clock.advance(31s);
  rig.run_steps(3);
  CHECK(rig.shipper->counters().refused_finishes == 1);
  CHECK(rig.shipper->unacknowledged_finishes().all == 0);
}

TEST_CASE("a backend that refuses every finish gets a few of them, then a pause") {
  Rig rig;
  rig.transport.always = [](const Batch& batch) {
    SendResult result = acknowledge_all(batch);
    result.kind = Kind::rejected;
    return result;
  };
  for (int i = 0; i < 1000; ++i) rig.finish(rig.run(fmt::format("r{}", i)));
  const auto begin = rig.clock.now();
  while (rig.clock.now() < begin + 10s) rig.run_steps(1);
  CHECK(rig.transport.sent.size() < 20);
  rig.transport.always = nullptr;
  rig.clock.advance(31s);
  rig.run_steps(40);
  CHECK(rig.shipper->counters().finished == 1000);
}

TEST_CASE("the journal says which finishes are acknowledged") {
  TempDir directory;
  auto file = detail::journal::JournalFile::create(journal_directory(directory.path()),
                                                   {std::string(rig_session), "test", ""});
  REQUIRE(file);
  const std::string path = (*file)->path();
  Rig rig({1 << 20, 2000}, std::move(*file));
  rig.transport.always = all_but("kept");
  for (const char* run : {"stored", "kept"}) rig.finish(rig.run(run));
  rig.run_steps(5);
  auto reader = detail::journal::JournalReader::read(
      detail::journal::FileDescriptor(open(path.c_str(), O_RDWR | O_CLOEXEC)), "the file");
  REQUIRE(reader);
  REQUIRE(reader->runs().size() == 2);
  CHECK(!reader->runs()[0].has_unsent_finish());
  CHECK(reader->runs()[0].finish_stamp > 0);
  CHECK(reader->runs()[1].has_unsent_finish());
}
