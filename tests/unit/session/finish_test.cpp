// SPDX-License-Identifier: Apache-2.0
// Run::finish() of a session: what it waits for, what close() keeps, and what is counted as lost.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <trace/recovery.hpp>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> finishes(const RecordedSession& session) {
  std::vector<std::string> lines = session.lines();
  std::erase_if(lines, [](const std::string& line) {
    return line.find("\"finishedAt\":") == std::string::npos;
  });
  return lines;
}

std::uint64_t dropped(const RecordedSession& session, DropReason reason) {
  return session.stats().dropped_by[static_cast<std::size_t>(reason)];
}

JournalReport journal_of(const RecordedSession& session) {
  for (const auto& entry : std::filesystem::directory_iterator(session.journal_dir())) {
    if (entry.path().extension() == ".journal") return *inspect_journal(entry.path().string());
  }
  return {};
}

}  // namespace

TEST_CASE("a finished run is reported once, after its events, and flush waits for it") {
  RecordedSession session;
  for (int i = 0; i < 100; ++i) {
    record(session.run().node("n"), Type::progress, Level::info, "x");
  }
  session.run().finish();
  CHECK(session.session().flush(20s));
  REQUIRE(finishes(session).size() == 1);
  CHECK(session.lines().back() == finishes(session).front());
  session.run().finish();
  session.session().run("run").finish();  // another handle of the same run
  CHECK(session.session().flush(20s));
  CHECK(session.session().close(20s).kept == 0);
  CHECK(finishes(session).size() == 1);
  CHECK(journal_of(session).session.empty());  // removed
}

TEST_CASE("each envelope of a session names it, from the first node on that it starts") {
  RecordedSession session;
  auto shared = session.run().shared_node("of others");
  shared.started();
  CHECK(session.session().flush(20s));
  session.run().finish();
  CHECK(session.session().flush(20s));
  REQUIRE(session.lines().size() == 2);
  for (const std::string& line : session.lines()) CHECK(line.find("session") == std::string::npos);
  auto other = session.session().run("other");
  {
    auto node = other.node("n");
    record(node, Type::progress, Level::info, "before");
    node.started();
  }
  CHECK(session.session().flush(20s));
  other.finish();
  CHECK(session.session().close(20s).kept == 0);
  const std::string member = fmt::format(R"(],"session":"{}")", session.session().id());
  const auto lines = session.lines();
  const auto first = std::find_if(lines.begin() + 2, lines.end(), [](const std::string& line) {
    return line.find("STARTED") != std::string::npos;
  });
  CHECK(lines.end() - first >= 2);
  for (auto line = first; line != lines.end(); ++line) {
    CHECK(line->find(member) != std::string::npos);
  }
}

TEST_CASE("a shared node is ended by nobody but its components") {
  RecordedSession session;
  {
    auto node = session.run().shared_node("n");
    node.started();
  }
  auto open = session.run().shared_node("open");
  open.started();
  CHECK(session.session().close(20s).kept == 0);
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  for (const EventPayload& event : events) CHECK(event.type == Type::started);
}

TEST_CASE("a run that many threads finish is finished once") {
  RecordedSession session;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { session.run().finish(); });
  for (std::thread& thread : threads) thread.join();
  CHECK(session.session().flush(20s));
  CHECK(finishes(session).size() == 1);
}

TEST_CASE("a finish that is not acknowledged is in the journal at once, and kept by close") {
  RecordedSession session;
  session.break_backend();
  session.run().finish();
  auto report = journal_of(session);
  REQUIRE(report.runs.size() == 1);
  CHECK(report.runs[0].finished);
  CHECK(report.runs[0].finish_unsent);
  CHECK(!session.session().flush(20ms));
  const Closed closed = session.session().close(200ms);
  CHECK(closed.kept == 1);
  CHECK(closed.lost == 0);
  CHECK(session.observed_so_far("lost").empty());
  report = journal_of(session);
  CHECK(report.closed_cleanly);
  CHECK(report.unsent_finishes == 1);
}

TEST_CASE("a finish that neither the backend nor a journal has is lost, and close says so") {
  std::string why;
  std::optional<RecordedSession> session;
  SUBCASE("a journal in memory") {
    why = "the journal was in memory";
    session.emplace(Config{.journal_dir = "/proc/shiptrace"});
    session->break_backend();
    session->run().finish();
  }
  SUBCASE("a journal that was removed") {
    why = "was removed or replaced";
    session.emplace();
    session->break_backend();
    session->run().finish();
    std::filesystem::remove_all(session->journal_dir());
  }
  const Closed closed = session->session().close(200ms);
  CHECK(closed.kept == 0);
  CHECK(closed.lost == 1);
  CHECK(session->stats().lost == 1);
  CHECK(session->observed("lost").starts_with("1 finished run not reported as finished, and "));
  CHECK(session->observed("lost").find(why) != std::string::npos);
}

TEST_CASE("a finish for which the journal has no space is sent, and lost if it cannot be") {
  RecordedSession session({.journal_budget = 4 << 20});
  session.break_backend();
  auto node = session.run().node("n");
  const std::string text(16'000, 'x');
  while (record(node, EventBody{.type = Type::completed, .message = text}) == Outcome::accepted) {
  }
  std::optional<Run> last;
  int runs = 0;
  while (session.observed_so_far("journal").find("no space for") == std::string::npos) {
    last.emplace(session.session().run(fmt::format("r{}", ++runs)));
  }
  last->finish();
  bool is_sent = false;
  SUBCASE("sent") {
    is_sent = true;
    session.heal_backend();
    CHECK(session.session().flush(20s));
    CHECK(finishes(session).size() == 1);
  }
  SUBCASE("not sent") {}
  const Closed closed = session.session().close(is_sent ? 20s : 200ms);
  CHECK(closed.lost == (is_sent ? 0 : 1));
  CHECK((session.observed_so_far("lost").find("had no space for it") != std::string::npos) ==
        !is_sent);
}

TEST_CASE("a finish after close, or of a run with a wrong id, is counted as dropped") {
  RecordedSession session;
  auto wrong = session.session().run("");
  wrong.finish();
  CHECK(dropped(session, DropReason::bad_id) == 1);
  session.session().close(5s);
  session.run().finish();
  CHECK(dropped(session, DropReason::closed) == 1);
  CHECK(finishes(session).empty());
}
