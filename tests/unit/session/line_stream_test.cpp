// SPDX-License-Identifier: Apache-2.0
// LineStream as a component uses it.
#include <doctest/doctest.h>
#include <trace/trace.hpp>

#include <filesystem>

#include "unit/capture/pieces.hpp"
#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

bool has(const std::optional<std::string>& text, std::string_view part) {
  return text && text->find(part) != std::string::npos;
}

std::size_t tails_in(const std::string& directory) {
  std::size_t tails = 0;
  for (const auto& each : std::filesystem::directory_iterator(directory)) {
    tails += each.path().extension() == ".tail" ? 1 : 0;
  }
  return tails;
}

}  // namespace

TEST_CASE("a node's stream records its lines with stream, origin and level") {
  RecordedSession session;
  auto node = session.run().node("n");
  {
    auto out = node.stream(Stream::out);
    auto err = node.stream(Stream::err);
    out.write("one\ntw");
    err.write("warned\n");
    out.write("o\n" + std::string(20'000, 'x') + "\nlast");
    CHECK(out.lines() == 3);
    CHECK(out.bytes() == 20'013);
  }
  const auto events = session.events();
  REQUIRE(events.size() == 6);
  CHECK(events[0].message == "one");
  CHECK(events[0].level == Level::info);
  CHECK(events[0].data == R"({"stream":"stdout","origin":"component"})");
  CHECK(events[1].message == "warned");
  CHECK(events[1].level == Level::warn);
  CHECK(events[1].data == R"({"stream":"stderr","origin":"component"})");
  CHECK(events[2].message == "two");
  CHECK(events[3].message->size() == 16 * 1024);
  CHECK(events[3].data == R"({"stream":"stdout","origin":"component","continued":true})");
  CHECK(events[4].message == std::string(20'000 - 16 * 1024, 'x'));
  CHECK(events[5].message == "last");
}

TEST_CASE("what write() was given is recorded when it returns; many lines are one event") {
  RecordedSession session;
  auto node = session.run().node("n");
  auto out = node.stream(Stream::out);
  std::string text;
  for (int i = 0; i < 100; ++i) text += "line\n";
  out.write(text);
  const auto events = session.events();
  REQUIRE(events.size() == 33);
  CHECK(events[31].message == "line");
  CHECK(events[32].data == R"({"stream":"stdout","origin":"component","lines":68})");
  CHECK(events[32].message == text.substr(0, 68 * 5 - 1));
}

TEST_CASE("a progress display is recorded by its frames and its final line") {
  RecordedSession session;
  auto node = session.run().node("n");
  auto out = node.stream(Stream::out);
  out.write("1%\r2%\r");
  out.write("3%\n");
  CHECK(out.frames() == 2);
  CHECK(out.lines() == 1);
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].message == "1%");
  CHECK(events[0].data == R"({"stream":"stdout","origin":"component","progress":true})");
  CHECK(events[1].message == "3%");
}

TEST_CASE("the limits are the node's; the tail waits beside the journal until its streams end") {
  RecordedSession session;
  auto node = session.run().node("n");
  auto out = node.stream(Stream::out, {.head_bytes = 8, .tail_bytes = 8});
  auto err = node.stream(Stream::err);
  out.write("one\ntwo\n");
  CHECK(tails_in(session.journal_dir()) == 0);
  err.write("three\n");
  CHECK(tails_in(session.journal_dir()) == 1);
  out.write("four\n");
  out.write("five\n");
  out.finish();
  CHECK(session.events().size() == 2);
  err.write("six");
  err.finish();
  CHECK(tails_in(session.journal_dir()) == 0);
  const auto events = session.events();
  REQUIRE(events.size() == 4);
  CHECK(events[2].message == "3 lines (16 bytes) were left out");
  CHECK(has(events[2].data, R"({"omitted":{"lines":3,"bytes":16,"sha256":")"));
  CHECK(has(events[2].data, R"("stdout":{"lines":2,"bytes":10},"stderr":{"lines":1,"bytes":6}}})"));
  CHECK(events[3].message == "six");
  CHECK(events[3].data == R"({"stream":"stderr","origin":"component"})");
}

TEST_CASE("a stream that has ended may go on") {
  RecordedSession session;
  auto node = session.run().node("n");
  auto out = node.stream(Stream::out);
  out.write("a");
  out.finish();
  out.finish();
  out.write("b");
  out.finish();
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].message == "a");
  CHECK(events[1].message == "b");
}

TEST_CASE("a tail that the directory's budget has no room for waits in memory") {
  Config config;
  config.journal_budget = 4 << 20;
  RecordedSession session(config);
  auto node = session.run().node("n");
  auto out = node.stream(Stream::out, {.head_bytes = 0, .tail_bytes = 4 << 20});
  out.write("one\ntwo\n");
  CHECK(tails_in(session.journal_dir()) == 0);
  out.finish();
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(events[1].message == "two");
}
