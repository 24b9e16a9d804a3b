// SPDX-License-Identifier: Apache-2.0
// The mapped journal is truncated: the host survives, losses are counted and reported.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

std::string journal_of(const RecordedSession& session) {
  for (const auto& entry : std::filesystem::directory_iterator(session.journal_dir())) {
    if (entry.path().extension() == ".journal") return entry.path().string();
  }
  return {};
}

}  // namespace

TEST_CASE("a truncated journal costs the events in it and nothing else") {
  RecordedSession session({.when_full = WhenFull::block, .batch_delay = std::chrono::minutes(1)});
  auto node = session.run().node("n");
  // The definition of its call site may be among what is lost.
  const auto record_one = [&](std::string_view when, int i) {
    return record(node, Type::progress, Level::info, "{} {}", when, i);
  };
  for (int i = 0; i < 1000; ++i) record_one("before", i);
  REQUIRE(truncate(journal_of(session).c_str(), 0) == 0);
  std::uint64_t accepted = 1000;
  for (int i = 0; i < 200'000; ++i) {
    const Outcome outcome = i % 2 == 0 ? record_one("after", i)
                                       : record(node, Type::progress, Level::info, "after {}", i);
    accepted += outcome == Outcome::accepted;
  }
  const auto events = session.events();
  CHECK(session.session().close(std::chrono::minutes(1)).kept == 0);
  const Stats stats = session.stats();
  CHECK(stats.accepted == accepted);
  CHECK(stats.acknowledged + stats.lost == accepted);
  CHECK(stats.acknowledged == events.size());
  CHECK(events.size() > 100'000);
  std::uint64_t before = 0;
  for (const EventPayload& event : events) {
    const std::uint64_t sequence = std::stoull(event.id.substr(event.id.rfind('-') + 1));
    CHECK(sequence > before);  // in order, and none in halves
    before = sequence;
    const std::string expected = sequence <= 1000 ? fmt::format("before {}", sequence - 1)
                                                  : fmt::format("after {}", sequence - 1001);
    CHECK(event.message == expected);
  }
  CHECK(session.observed("journal").find("truncated") != std::string::npos);
}

TEST_CASE("a truncation is reported though nobody touches what is missing") {
  RecordedSession session;
  record(session.run().node("n"), Type::progress, Level::info, "one");
  CHECK(session.events().size() == 1);
  const std::string journal = journal_of(session);
  const auto bytes = static_cast<off_t>(std::filesystem::file_size(journal));
  REQUIRE(truncate(journal.c_str(), bytes - 64 * 1024) == 0);
  CHECK(session.observed("journal").find("truncated") != std::string::npos);
}
