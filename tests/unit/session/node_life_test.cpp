// SPDX-License-Identifier: Apache-2.0
// The events of a node's life: what each method of Node records, and what its destruction does.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <set>
#include <thread>

#include <exception>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

namespace {

std::string code_of(const EventPayload& event) {
  return event.error ? event.error->code.value_or("") : "";
}

// Uses a node while an exception unwinds the stack.
class AtUnwinding {
 public:
  explicit AtUnwinding(RecordedSession& session) : session_(session) {}
  ~AtUnwinding() {
    auto node = session_.run().node("cleaner");
    node.started();
  }

 private:
  RecordedSession& session_;
};

}  // namespace

TEST_CASE("a cancellation is the user's, and FAILED follows") {
  RecordedSession session;
  auto node = session.run().node("n");
  node.started();
  node.stopped(StopReason::user);
  const auto events = session.events();
  REQUIRE(events.size() == 3);
  CHECK(events[1].type == Type::progress);
  CHECK(events[1].level == Level::warn);
  CHECK(events[1].message == "Run cancelled by user");
  CHECK_FALSE(events[1].data);
  CHECK(events[2].type == Type::failed);
  CHECK(code_of(events[2]) == "CANCELLED");
  CHECK_FALSE(events[2].data);
}

TEST_CASE("a shutdown fails the node for a retry, and cancels nothing") {
  RecordedSession session;
  auto node = session.run().node("n");
  node.started();
  node.stopped(StopReason::shutdown);
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(events[1].type == Type::failed);
  CHECK(events[1].level == Level::error);
  CHECK(code_of(events[1]) == "WORKER_STOPPED");
  CHECK(events[1].error->type == "WORKER_STOPPED");
  CHECK(events[1].data == R"({"retryable":true})");
}

TEST_CASE("a session that closes stops its open nodes as a shutdown does") {
  RecordedSession session;
  auto node = session.run().node("n");
  node.started();
  CHECK(session.session().close(5s).kept == 0);
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(code_of(events[1]) == "WORKER_STOPPED");
  CHECK(events[1].data == R"({"retryable":true})");
}

TEST_CASE("a skipped node is COMPLETED without a start") {
  RecordedSession session;
  {
    auto node = session.run().node("n");
    node.skipped("no \"hosts\"");
    session.run().node("long").skipped(std::string(20'000, 'x'));
  }
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].type == Type::completed);
  CHECK(events[0].message == "skipped: no \"hosts\"");
  CHECK(events[0].data == R"({"skipped":true,"reason":"no \"hosts\""})");
  CHECK(events[1].data->find(R"({"skipped":true)") == 0);
}

TEST_CASE("an exception that destroys a node is the reason of its failure") {
  RecordedSession session;
  try {
    auto node = session.run().node("n");
    node.started();
    throw std::runtime_error("no route");
  } catch (const std::exception&) {
  }
  {
    auto node = session.run().node("dropped");
    node.started();
  }
  const auto events = session.events();
  REQUIRE(events.size() == 4);
  CHECK(code_of(events[1]) == "EXCEPTION");
  CHECK(events[1].message == "an exception left the node's scope");
  CHECK(code_of(events[3]) == "ABANDONED");
}

TEST_CASE("a node of code that runs during unwinding is not taken for its victim") {
  RecordedSession session;
  try {
    const AtUnwinding cleaner(session);
    throw std::runtime_error("x");
  } catch (const std::exception&) {
  }
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(code_of(events[1]) == "ABANDONED");
}

TEST_CASE("a failure by an exception has its texts, code and type") {
  RecordedSession session;
  auto node = session.run().node("n");
  const auto fail_with = [&](auto&& raise) {
    node.started();
    try {
      raise();
    } catch (...) {
      node.failed(std::current_exception());
    }
  };
  fail_with([] { throw std::runtime_error("no route"); });
  fail_with([] {
    try {
      try {
        throw std::invalid_argument("bad port");
      } catch (...) {
        std::throw_with_nested(std::runtime_error("cannot parse"));
      }
    } catch (...) {
      std::throw_with_nested(std::logic_error("cannot scan"));
    }
  });
  fail_with([] { throw 7; });
  fail_with([] { throw std::string("words"); });
  fail_with([] { throw std::runtime_error(""); });
  node.failed(std::exception_ptr());
  std::vector<EventPayload> failures;
  for (const EventPayload& event : session.events()) {
    if (event.type == Type::failed) failures.push_back(event);
  }
  REQUIRE(failures.size() == 6);
  CHECK(failures[0].message == "no route");
  CHECK(failures[0].error->message == "no route");
  CHECK(code_of(failures[0]) == "EXCEPTION");
  CHECK(failures[0].data == R"({"exception":"std::runtime_error"})");
  CHECK(failures[1].error->message == "cannot scan: cannot parse: bad port");
  CHECK(failures[1].data->find("std::logic_error") != std::string::npos);
  CHECK(failures[2].error->message == "an exception of the type int");
  CHECK(failures[3].error->message == "words");
  CHECK(failures[4].error->message == "an exception of the type std::runtime_error");
  CHECK(failures[5].error->message == "failed without an exception");
}

TEST_CASE("attempts are numbered from the second on, where each reader looks for them") {
  RecordedSession session;
  {
    auto node = session.run().node("n");
    node.started();
    node.failed({.message = "m", .retryable = true});
    node.started(field("host", "a"));
    record(node, Type::progress, Level::info, field("x", 1), "{}", 1);
    node.failed({.message = "m", .retryable = true});
  }
  {
    auto again = session.run().node("n");  // another handle of the same node
    again.started();
    again.completed();
  }
  const auto events = session.events();
  REQUIRE(events.size() == 7);
  CHECK_FALSE(events[0].data);
  CHECK(events[1].data == R"({"retryable":true})");
  CHECK(events[2].data == R"({"host":"a","attempt":2,"_payload":{"host":"a","attempt":2},)"
                          R"("_metadata":{"attempt":2}})");
  CHECK(events[3].data == R"({"x":1})");
  CHECK(events[4].data ==
        R"({"retryable":true,"attempt":2,)"
        R"("_payload":{"retryable":true,"attempt":2},"_metadata":{"attempt":2}})");
  for (const std::size_t i : {5U, 6U}) {
    CHECK(events[i].data == R"({"attempt":3,"_payload":{"attempt":3},"_metadata":{"attempt":3}})");
  }
}

TEST_CASE("the number of an attempt may come from whoever counts them") {
  RecordedSession session;
  auto node = session.run().node("n");
  node.set_next_attempt(4);
  node.started();
  node.failed({.message = "m", .attempt = 4});
  node.started();
  record(node, EventBody{.type = Type::completed, .data = R"({"attempt":9})"});
  auto first = session.run().node("first");
  first.started();
  first.failed({.message = "m", .attempt = 1});
  const auto events = session.events();
  REQUIRE(events.size() == 6);
  CHECK(events[0].data->find(R"("_metadata":{"attempt":4})") != std::string::npos);
  CHECK(events[1].data == R"({"attempt":4,"_payload":{"attempt":4},"_metadata":{"attempt":4}})");
  CHECK(events[2].data->find(R"("attempt":5,)") != std::string::npos);
  CHECK(events[3].data == R"({"attempt":9,"_payload":{"attempt":9},"_metadata":{"attempt":9}})");
  CHECK(events[5].data == R"({"attempt":1})");
}

TEST_CASE("an event of a later attempt that is too large loses the copy for readers first") {
  RecordedSession session;
  auto node = session.run().node("n");
  node.started();
  node.started();
  const std::string large = "{\"x\":\"" + std::string(60'000, 'x') + "\"}";
  const std::string summary = "{\"y\":\"" + std::string(40'000, 'y') + "\"}";
  record(node, EventBody{.type = Type::completed, .output_summary = summary, .data = large});
  const auto events = session.events();
  REQUIRE(events.size() == 3);
  CHECK(events[2].output_summary == summary);
  CHECK(events[2].data->find("_payload") == std::string::npos);
  CHECK(events[2].data->ends_with(R"(xxx","attempt":2})"));
}

TEST_CASE("the events of a life have fields") {
  RecordedSession session;
  session.session().add_secret("hunter2-hunter2");
  auto node = session.run().node("n");
  node.started(field("host", "a"), field("port", 443));
  node.failed({.message = "m", .code = "X", .retryable = true},
              field("why", "it is hunter2-hunter2"));
  node.started();
  node.completed(R"({"a":1})", field("list", Json{"[1, 2]"}), field("ok", true));
  auto other = session.run().node("other");
  other.completed(field("text", std::string(70'000, 'x')));
  other.completed(field("ratio", std::numeric_limits<double>::quiet_NaN()));
  const auto events = session.events();
  REQUIRE(events.size() == 6);
  CHECK(events[0].data == R"({"host":"a","port":443})");
  CHECK(events[1].data == R"({"retryable":true,"why":"it is [REDACTED]"})");
  CHECK(code_of(events[1]) == "X");
  CHECK(events[3].output_summary == R"({"a":1})");
  CHECK(events[3].data->starts_with(R"({"list":[1,2],"ok":true,"attempt":2)"));
  CHECK(events[4].data->find(R"("truncated":["data"])") != std::string::npos);
  CHECK(events[5].data.value_or("").find("ratio") == std::string::npos);
  CHECK(session.stats().dropped == 0);
}

TEST_CASE("verbs record PROGRESS at their level, with fields after the values") {
  RecordedSession session({.level = Level::debug});
  auto node = session.run().node("n");
  const std::string host = "a.example";
  CHECK(node.debug("starting") == Outcome::accepted);
  CHECK(node.info("{} of {} resolved", 1, 2, field("host", host), field("port", 443)) ==
        Outcome::accepted);
  CHECK(node.warn("slow", field("ms", 17.5)) == Outcome::accepted);
  CHECK(node.error("no route to {}", host) == Outcome::accepted);
  CHECK(node.progress(3, 10) == Outcome::accepted);
  const auto events = session.events();
  REQUIRE(events.size() == 5);
  for (const EventPayload& event : events) CHECK(event.type == Type::progress);
  CHECK(events[0].level == Level::debug);
  CHECK(events[0].message == "starting");
  CHECK_FALSE(events[0].data);
  CHECK(events[1].level == Level::info);
  CHECK(events[1].message == "1 of 2 resolved");
  CHECK(events[1].data == R"({"host":"a.example","port":443})");
  CHECK(events[2].level == Level::warn);
  CHECK(events[2].data == R"({"ms":17.5})");
  CHECK(events[3].level == Level::error);
  CHECK(events[3].message == "no route to a.example");
  CHECK(events[4].message == "3 of 10");
  CHECK(events[4].data == R"({"progress":{"done":3,"total":10}})");
}

TEST_CASE("the level changes while the session runs, on the fast path as well") {
  RecordedSession session({.level = Level::info});
  auto node = session.run().node("n");
  const auto say = [&](Level level) { return record(node, Type::progress, level, "x"); };
  for (int i = 0; i < 3; ++i) CHECK(say(Level::debug) == Outcome::filtered);
  session.session().set_level(Level::debug);
  for (int i = 0; i < 3; ++i) CHECK(say(Level::debug) == Outcome::accepted);
  session.session().set_level(Level::error);
  for (int i = 0; i < 3; ++i) CHECK(say(Level::info) == Outcome::filtered);
  CHECK(say(Level::error) == Outcome::accepted);
  CHECK(session.events().size() == 4);
  CHECK(session.stats().filtered == 6);
}

TEST_CASE("a level that rises does not take the end from a node that has started") {
  RecordedSession session;
  auto node = session.run().node("n");
  auto never = session.run().node("never");
  node.started();
  session.session().set_level(Level::error);
  node.completed();
  never.started();
  never.completed();
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(events[1].type == Type::completed);
}

TEST_CASE("a field that is not a number does not take the end from a node") {
  RecordedSession session;
  auto node = session.run().node("n");
  node.started();
  node.completed(field("ratio", std::nan("")), field("n", 1));
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(events[1].type == Type::completed);
  CHECK(session.stats().dropped == 0);
}

TEST_CASE("close() ends no node that another thread is ending") {
  RecordedSession session;
  std::vector<Node> nodes;
  for (int i = 0; i < 2'000; ++i) nodes.push_back(session.run().node(fmt::format("n{}", i)));
  for (Node& node : nodes) node.started();
  std::atomic<int> ended{0};
  std::thread ending([&] {
    for (Node& node : nodes) {
      node.completed();
      ++ended;
    }
  });
  while (ended < 100) std::this_thread::yield();
  session.session().close(std::chrono::seconds(20));
  ending.join();
  std::set<std::string> completed;
  int stopped_after_end = 0;
  for (const std::string& line : session.lines()) {
    const auto envelope = parse_envelope(line);
    REQUIRE(envelope.ok());
    for (const EventPayload& event : envelope->events) {
      if (event.type == Type::completed) completed.insert(event.node_id);
      if (event.type == Type::failed && completed.contains(event.node_id)) ++stopped_after_end;
    }
  }
  // One may be between its event and the note of it.
  CHECK(stopped_after_end <= 2);
}
