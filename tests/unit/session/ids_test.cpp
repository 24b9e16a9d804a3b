// SPDX-License-Identifier: Apache-2.0
// Ids of runs, nodes, workflows and organizations are repaired where they come in.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

namespace {

void record_in(Session& session, std::string_view run_id, std::string_view node_id) {
  auto run = session.run(run_id);
  record(run.node(node_id), Type::progress, Level::info, "x");
}

}  // namespace

TEST_CASE("ids that are not UTF-8 are repaired, and acknowledged under the repaired id") {
  RecordedSession session;
  auto run =
      session.session().run("a\xff", {.workflow_id = "w\xc3", .organization_id = "o\xed\xa0\x80"});
  CHECK(run.id() == "a\uFFFD");
  auto node = run.node("n\xfe\xfe");
  CHECK(node.id() == "n\uFFFD\uFFFD");
  CHECK(node.run_id() == run.id());
  record(node, Type::progress, Level::info, "x");
  const auto events = session.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].run_id == "a\uFFFD");
  CHECK(events[0].node_id == "n\uFFFD\uFFFD");
  CHECK(session.stats().acknowledged == 1);
  CHECK(session.session().close(5s).kept == 0);
}

TEST_CASE("ids that are the same once repaired are one run with one numbering") {
  RecordedSession session;
  for (const char* id : {"a\xff", "a\xfe", "a\uFFFD"}) record_in(session.session(), id, "n");
  const auto events = session.events();
  REQUIRE(events.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(events[i].id.ends_with(fmt::format("-{:012}", i + 1)));
  }
  CHECK(session.stats().acknowledged == 3);
}

TEST_CASE("any Unicode is an id, including noncharacters") {
  RecordedSession session;
  const std::vector<std::string> ids{
      "\xEF\xBF\xBF", "\xEF\xBF\xBE", "\xEF\xB7\x90", "\xF4\x8F\xBF\xBF",
      "e\u0301",      "\u00e9",       "\u202e\"\\/",  " "};
  for (const std::string& id : ids) record_in(session.session(), id, id);
  CHECK(session.events().size() == ids.size());
  CHECK(session.stats().acknowledged == ids.size());
}

TEST_CASE("the limits on ids are those of the repaired ones") {
  RecordedSession session;
  const auto bad = [&] {
    return session.stats().dropped_by[static_cast<std::size_t>(DropReason::bad_id)];
  };
  record_in(session.session(), std::string(42, '\xff'), "n");  // 126 bytes as U+FFFD
  record_in(session.session(), "r", std::string(85, '\xff'));  // 255
  CHECK(bad() == 0);
  record_in(session.session(), std::string(43, '\xff'), "n");
  CHECK(bad() == 1);
  record_in(session.session(), "r", std::string(86, '\xff'));
  CHECK(bad() == 2);
  record_in(session.session(), std::string("a\0b", 3), "n");
  record_in(session.session(), "a\nb", "n");
  CHECK(bad() == 4);
  CHECK(session.events().size() == 2);
}

TEST_CASE("an organization that stores would lose is omitted and reported") {
  RecordedSession session;
  session.session().run("fits", {.organization_id = std::string(191, 'o')});
  CHECK(session.observed_so_far("bad_id").empty());
  auto run = session.session().run("long", {.organization_id = std::string(192, 'o')});
  CHECK(session.observed("bad_id").find("organization id must have 1 to 191 bytes") !=
        std::string::npos);
  record(run.node("n"), Type::progress, Level::info, "x");
  CHECK(session.events().size() == 1);
}

TEST_CASE("a workflow id that is too long is omitted, and the run is still traced") {
  RecordedSession session;
  auto run = session.session().run("long", {.workflow_id = std::string(1 << 20, 'w')});
  record(run.node("n"), Type::progress, Level::info, "x");
  CHECK(session.events().size() == 1);
  CHECK(session.observed("bad_id").starts_with("workflow id"));
  CHECK(session.session().close(5s).kept == 0);
}
