// SPDX-License-Identifier: Apache-2.0
// A session that needs more runs than a journal numbers goes on with a second journal.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;

TEST_CASE("a session goes on after 65,536 runs, with another identity and nothing lost") {
  RecordedSession session;
  std::optional<Run> first(session.session().run("first"));
  auto kept = first->node("n");
  record(kept, Type::progress, Level::info, "early");
  kept.started();
  for (int i = 0; i < 65'536; ++i) session.session().run(fmt::format("run {}", i));
  auto late = session.session().run("late").node("n");
  record(late, Type::progress, Level::info, "late");
  // A run that an earlier journal knows stays with it: its numbering must go on.
  auto again = session.session().run("first").node("n");
  record(again, Type::progress, Level::info, "again");
  first->finish();
  std::map<std::string, std::set<std::string>> sessions;
  for (const EventPayload& event : session.events()) {
    if (event.message) sessions[*event.message].insert(event.id.substr(0, 26));
  }
  CHECK(sessions.size() == 3);
  CHECK(sessions["early"] == sessions["again"]);
  CHECK(sessions["early"] != sessions["late"]);
  CHECK(session.stats().accepted == 4);
  CHECK(session.stats().acknowledged == 4);
  CHECK(session.stats().dropped == 0);
  // That it is finished says the session that has its events.
  const auto lines = session.lines();
  const auto line = std::find_if(lines.begin(), lines.end(), [](const std::string& each) {
    return each.find("\"finishedAt\":") != std::string::npos;
  });
  REQUIRE(line != lines.end());
  CHECK(line->find("\"session\":\"" + *sessions["early"].begin()) != std::string::npos);
}
