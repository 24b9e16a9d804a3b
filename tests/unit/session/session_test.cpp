// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sched.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

namespace {

std::uint64_t dropped(const Session& session, DropReason reason) {
  return session.stats().dropped_by[static_cast<std::size_t>(reason)];
}

bool holds_journal(const std::string& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".journal") return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a node's life has the types and levels of the contract") {
  RecordedSession session;
  {
    auto node = session.run().node("resolve-1");
    node.started();
    node.failed({.message = "no route", .code = "DNS", .retryable = true, .attempt = 1});
    node.started();
    node.completed("{\"hosts\": 3}");
  }
  const auto events = session.events();
  REQUIRE(events.size() == 4);
  CHECK(events[0].type == Type::started);
  CHECK(events[0].level == Level::info);
  CHECK(events[1].type == Type::failed);
  CHECK(events[1].level == Level::error);
  CHECK(events[1].error->code == "DNS");
  CHECK(events[1].data == R"({"retryable":true,"attempt":1})");
  CHECK(events[3].type == Type::completed);
  CHECK(events[3].output_summary == R"({"hosts":3})");
}

TEST_CASE("a node that is left open fails as ABANDONED at its scope's end") {
  RecordedSession session;
  {
    auto node = session.run().node("left");
    node.started();
    auto never_started = session.run().node("idle");
  }
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(events[1].node_id == "left");
  CHECK(events[1].error->code == "ABANDONED");
}

TEST_CASE("levels below the configured one are filtered, not dropped") {
  RecordedSession session({.level = Level::warn});
  auto node = session.run().node("n");
  CHECK(record(node, Type::progress, Level::info, "no") == Outcome::filtered);
  CHECK(record(node, Type::progress, Level::warn, "yes") == Outcome::accepted);
  CHECK(session.events().size() == 1);
  CHECK(session.stats().filtered == 1);
  CHECK(session.stats().dropped == 0);
  for (int i = 0; i < 3; ++i) {
    for (const Level level : {Level::warn, Level::info}) {
      const auto expected = level == Level::warn ? Outcome::accepted : Outcome::filtered;
      CHECK(record(node, Type::progress, level, "x") == expected);
    }
  }
}

TEST_CASE("an event that cannot be recorded is dropped, counted by reason and reported") {
  RecordedSession session;
  auto empty_run = session.session().run("");
  auto node_of_empty = empty_run.node("n");
  auto bad_node = session.run().node("a\nb");
  auto long_node = session.run().node(std::string(257, 'x'));
  auto good_node = session.run().node("good");
  // One call site for them all: a refused node is not taken for one that the thread knows.
  for (auto* node : {&good_node, &node_of_empty, &good_node, &bad_node, &long_node}) {
    const auto expected = node == &good_node ? Outcome::accepted : Outcome::dropped;
    CHECK(record(*node, Type::progress, Level::info, "x") == expected);
  }
  CHECK(dropped(session.session(), DropReason::bad_id) == 3);
  CHECK(!session.observed("bad_id").empty());

  auto node = session.run().node("n");
  CHECK(session.session().close(1s).kept == 0);
  CHECK(record(node, Type::progress, Level::info, "late") == Outcome::dropped);
  CHECK(dropped(session.session(), DropReason::closed) == 1);
}

TEST_CASE("handles outlive their session") {
  std::optional<Node> node;
  std::optional<Run> run;
  {
    RecordedSession session;
    run.emplace(session.session().run("other"));
    node.emplace(run->node("n"));
    node->started();
  }
  CHECK(record(*node, Type::progress, Level::info, "x") == Outcome::dropped);
  CHECK(record(run->node("m"), Type::progress, Level::info, "x") == Outcome::dropped);
}

TEST_CASE("what is recorded for a detached node is dropped and not counted") {
  RecordedSession session;
  auto node = session.run().node("n");
  node.started();
  node.detach();
  CHECK(record(node, Type::progress, Level::info, "x {}", 1) == Outcome::dropped);
  CHECK(record(node, EventBody{.message = "x"}) == Outcome::dropped);
  node.started();
  node.failed({.message = "m", .retryable = true, .attempt = 2});
  node.completed();
  node.completed("{}");
  node.settle_note();
  CHECK(node.cut("text", 100).text() == "text");
  {
    const CancelSubscription none = node.on_cancel([] { FAIL("called"); });
  }
  CHECK(node.id().empty());
  CHECK(node.run_id().empty());
  node.detach();
  CHECK(session.events().size() == 1);
  CHECK(session.stats().accepted == 1);
  CHECK(session.stats().dropped == 0);
}

TEST_CASE("each lane numbers its events 1, 2, 3 … per run, and lanes outlive threads") {
  RecordedSession session;
  auto other = session.session().run("other");
  for (int i = 0; i < 50; ++i) {
    std::thread([&] {
      auto node = session.run().node("n");
      auto elsewhere = other.node("n");
      for (int k = 0; k < 20; ++k) {
        record(node, Type::progress, Level::info, "{}", k);
        record(elsewhere, Type::progress, Level::info, "{}", k);
      }
    }).join();
  }
  const auto events = session.events();
  CHECK(events.size() == 2000);
  std::map<std::string, std::uint64_t> last;
  std::set<std::string> lanes;
  for (const auto& event : events) {
    const std::string emitter = event.id.substr(0, event.id.rfind('-'));
    lanes.insert(emitter);
    const std::uint64_t sequence = std::stoull(event.id.substr(event.id.rfind('-') + 1));
    CHECK(sequence == ++last[event.run_id + " " + emitter]);
  }
  // One thread at a time, so one lane serves them all.
  CHECK(lanes.size() == 1);
}

TEST_CASE("what happened before is delivered before, over threads") {
  RecordedSession session;
  auto node = session.run().node("n");
  std::atomic<int> turn{0};
  const auto play = [&](int me) {
    for (int i = me; i < 4000; i += 2) {
      while (turn.load(std::memory_order_acquire) != i) std::this_thread::yield();
      record(node, Type::progress, Level::info, "{}", i);
      turn.store(i + 1, std::memory_order_release);
    }
  };
  std::thread first(play, 0);
  std::thread second(play, 1);
  first.join();
  second.join();
  int expected = 0;
  for (const auto& event : session.events()) CHECK(event.message == std::to_string(expected++));
  CHECK(expected == 4000);
}

TEST_CASE("a delivered journal is removed, another one is kept and reported") {
  RecordedSession delivered;
  record(delivered.run().node("n"), Type::progress, Level::info, "x");
  CHECK(holds_journal(delivered.journal_dir()));
  CHECK(delivered.session().close(5s).kept == 0);
  CHECK(!holds_journal(delivered.journal_dir()));

  RecordedSession broken;
  broken.break_backend();
  for (int i = 0; i < 7; ++i) record(broken.run().node("n"), Type::progress, Level::info, "x");
  const auto before = std::chrono::steady_clock::now();
  const Closed closed = broken.session().close(200ms);
  CHECK(std::chrono::steady_clock::now() - before < 2s);
  CHECK(closed.kept == 7);
  CHECK(closed.journal == broken.journal_dir());
  CHECK(holds_journal(broken.journal_dir()));
  CHECK(broken.observed("backend").find("kept") != std::string::npos);
}

TEST_CASE("a spent budget drops debug first, lifecycle last, and never a byte more than allowed") {
  RecordedSession session({.journal_budget = 4 << 20});
  session.break_backend();
  auto node = session.run().node("n");
  const std::string text(500, 'x');
  bool debug_refused_first = false;
  for (int i = 0; i < 20'000; ++i) {
    const Outcome debug = record(node, Type::progress, Level::debug, "{}", text);
    const Outcome info = record(node, Type::progress, Level::info, "{}", text);
    if (debug == Outcome::dropped && info == Outcome::accepted) debug_refused_first = true;
  }
  CHECK(debug_refused_first);
  CHECK(record(node, Type::progress, Level::info, "{}", text) == Outcome::dropped);
  CHECK(record(node, {.type = Type::started}) == Outcome::accepted);
  CHECK(record(node, {.type = Type::completed}) == Outcome::accepted);
  CHECK(session.stats().journal_bytes <= 4 << 20);
  CHECK(dropped(session.session(), DropReason::budget) > 0);
  session.session().close(10ms);
}

TEST_CASE("under the policy block a full journal makes record wait until something was taken") {
  RecordedSession session({.journal_budget = 4 << 20, .when_full = WhenFull::block});
  auto node = session.run().node("n");
  const std::string text(1000, 'x');
  for (int i = 0; i < 20'000; ++i) {
    CHECK(record(node, Type::progress, Level::info, "{}", text) == Outcome::accepted);
  }
  CHECK(session.events().size() == 20'000);
  CHECK(session.stats().dropped == 0);
}

TEST_CASE("the SDK's threads do not interrupt the host's when they wake up") {
  const RecordedSession session;
  std::set<std::string> batch;
  // A thread sets its own policy: what it has not done yet, it does soon.
  for (int i = 0; batch.size() < 2 && i < 5000; ++i) {
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      std::string name;
      std::ifstream(task.path() / "comm") >> name;
      const int policy = sched_getscheduler(std::stoi(task.path().filename()));
      if (policy == SCHED_BATCH) batch.insert(name);
    }
    std::this_thread::sleep_for(1ms);
  }
  CHECK(batch == std::set<std::string>{"trace-keeper", "trace-shipper"});
  CHECK(sched_getscheduler(0) == SCHED_OTHER);
}

TEST_CASE("a directory that cannot be used leaves the journal in memory, and says so") {
  RecordedSession session({.journal_dir = "/proc/shiptrace"});
  record(session.run().node("n"), Type::progress, Level::info, "x");
  CHECK(session.events().size() == 1);
  CHECK(session.observed("journal").find("not crash-safe") != std::string::npos);
}

TEST_CASE("a journal and its directory are the owner's alone") {
  TempDir home;
  const std::string directory = home / "a/b";
  RecordedSession session({.journal_dir = directory});
  using std::filesystem::perms;
  CHECK(std::filesystem::status(directory).permissions() == perms::owner_all);
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    CHECK(entry.status().permissions() == (perms::owner_read | perms::owner_write));
  }
}

TEST_CASE("a callback of a cancelled run is gone with its Run") {
  RecordedSession session;
  int called = 0;
  {
    auto run = session.session().run("short");
    run.on_cancel([&] { ++called; });
    auto subscription = run.node("n").on_cancel([&] { ++called; });
  }
  CHECK(called == 0);
}
