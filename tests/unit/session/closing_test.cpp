// SPDX-License-Identifier: Apache-2.0
// close() classifies the events that it could not send: kept events are found by the next session,
// lost ones are not.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <trace/recovery.hpp>

#include <filesystem>
#include <fstream>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

fs::path journal_of(const RecordedSession& session) {
  for (const auto& entry : fs::directory_iterator(session.journal_dir())) {
    if (entry.path().extension() == ".journal") return entry.path();
  }
  return {};
}

void record_some(RecordedSession& session, int count, const std::string& text = "x") {
  const Node node = session.run().node("n");
  for (int i = 0; i < count; ++i) record(node, Type::progress, Level::info, "{} {}", text, i);
}

void check_lost(RecordedSession& session, std::uint64_t lost, const std::string& why) {
  const Closed closed = session.session().close(200ms);
  CHECK(closed.kept == 0);
  CHECK(closed.lost == lost);
  CHECK(session.stats().lost == lost);
  CHECK(
      session.observed("lost").starts_with(fmt::format("{} events: {} not sent, and", lost, lost)));
  CHECK(session.observed("lost").find(why) != std::string::npos);
  // The same again.
  CHECK(session.session().close(200ms).lost == lost);
}

}  // namespace

TEST_CASE("a closed session frees the space of its journal, though handles keep the session") {
  RecordedSession session;
  record_some(session, 1000);
  REQUIRE(session.events().size() == 1000);
  const int journal = open(journal_of(session).c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(journal >= 0);
  const auto bytes = [journal] {
    struct stat status {};
    REQUIRE(fstat(journal, &status) == 0);
    return static_cast<std::uint64_t>(status.st_blocks) * 512;
  };
  CHECK(bytes() > 1 << 20);
  session.session().close(1s);
  CHECK(bytes() <= 64 * 1024);
  close(journal);
}

TEST_CASE("a journal in memory keeps nothing") {
  RecordedSession session({.journal_dir = "/proc/shiptrace"});
  session.break_backend();
  record_some(session, 7);
  check_lost(session, 7, "in memory");
}

TEST_CASE("a journal whose directory was removed keeps nothing") {
  RecordedSession session;
  session.break_backend();
  record_some(session, 7);
  fs::remove_all(session.journal_dir());
  check_lost(session, 7, "removed");
}

TEST_CASE("a journal that was removed or renamed keeps nothing, and what has its name now stays") {
  RecordedSession session;
  session.break_backend();
  record_some(session, 7);
  const fs::path journal = journal_of(session);
  SUBCASE("removed") { fs::remove(journal); }
  SUBCASE("renamed") { fs::rename(journal, journal.string() + ".old"); }
  SUBCASE("replaced") {
    fs::rename(journal, journal.string() + ".old");
    std::ofstream(journal) << "somebody else's";
  }
  const bool replaced = fs::exists(journal);
  check_lost(session, 7, "removed or replaced");
  CHECK(fs::exists(journal) == replaced);
}

TEST_CASE("a delivered session does not remove what took its journal's name") {
  RecordedSession session;
  record_some(session, 7);
  const fs::path journal = journal_of(session);
  fs::rename(journal, journal.string() + ".old");
  std::ofstream(journal) << "somebody else's";
  const Closed closed = session.session().close(5s);
  CHECK(closed.kept == 0);
  CHECK(closed.lost == 0);
  CHECK(fs::exists(journal));
}

TEST_CASE("of a truncated journal as much is kept as a reader finds in it") {
  RecordedSession session;
  session.break_backend();
  constexpr std::uint64_t events = 20'000;
  record_some(session, events, std::string(100, 'x'));
  const fs::path journal = journal_of(session);
  const auto whole = inspect_journal(journal.string());
  REQUIRE(whole);
  REQUIRE(whole->unsent == events);
  fs::resize_file(journal, 1 << 20);  // the events take six slabs of 512 KiB
  SUBCASE("while it is used") { record_some(session, 100); }
  SUBCASE("when nobody uses it any more") {}
  const Closed closed = session.session().close(200ms);
  const auto left = inspect_journal(journal.string());  // removed where nothing is kept
  CHECK(closed.kept == (left ? left->unsent : 0));
  CHECK(closed.lost > 0);
  CHECK(closed.kept + closed.lost == session.stats().accepted);
  CHECK(session.observed("lost").find("truncated") != std::string::npos);
}

TEST_CASE(
    "a journal whose last slab is cut off is not said to be whole, though nobody reads there") {
  RecordedSession session;
  session.break_backend();
  constexpr std::uint64_t events = 20'000;
  record_some(session, events, std::string(100, 'x'));
  const fs::path journal = journal_of(session);
  for (std::uint64_t unsent = events; unsent == events;) {
    fs::resize_file(journal, fs::file_size(journal) - 128 * 1024);
    const auto report = inspect_journal(journal.string());
    REQUIRE(report);
    unsent = report->unsent;
  }
  const Closed closed = session.session().close(200ms);
  const auto left = inspect_journal(journal.string());
  REQUIRE(left);  // which is all of it where the keeper has extended the file since
  CHECK(closed.kept == left->unsent);
  CHECK(closed.kept + closed.lost == events);
}

TEST_CASE("the last report of losses has the final counts, however often it was reported before") {
  RecordedSession session({.journal_budget = 4 << 20});
  session.break_backend();
  const Node node = session.run().node("n");
  const std::string text(500, 'x');
  const auto drop_some = [&] {
    const std::uint64_t before = session.stats().dropped;
    while (session.stats().dropped < before + 100) {
      record(node, Type::progress, Level::info, "{}", text);
    }
  };
  drop_some();
  CHECK(session.observed("budget").find("dropped so far") != std::string::npos);
  drop_some();  // within the minute in which that is not reported again
  const Closed closed = session.session().close(100ms);
  const Stats stats = session.stats();
  CHECK(closed.lost == 0);
  CHECK(session.observed("lost") == fmt::format("{} events: {} dropped (budget {})", stats.dropped,
                                                stats.dropped, stats.dropped));
  // The accepted events are kept, and those that report the losses.
  CHECK(closed.kept >= stats.accepted);
}

TEST_CASE("nothing is reported as lost when nothing is") {
  RecordedSession session;
  record_some(session, 7);
  CHECK(session.session().close(5s).lost == 0);
  CHECK(session.observed_so_far("lost").empty());
}

TEST_CASE("what a session noted and did not settle is reported at its close, whoever owns it") {
  RecordedSession session;
  const Node node = session.run().node("n");
  CHECK(node.add_note("k8s", "job 1"));
  std::string expected =
      "1 noted resource may be left: the removal was not confirmed; the next session or 'shiptrace "
      "recover' tries again";
  SUBCASE("one") {}
  SUBCASE("two") {
    CHECK(node.add_note("k8s", "job 2"));
    expected =
        "2 noted resources may be left: the removal was not confirmed; the next session or "
        "'shiptrace recover' tries again";
  }
  SUBCASE("none") {
    node.settle_note();
    expected = "";
  }
  session.session().close(5s);
  CHECK(session.observed_so_far("containers") == expected);
}

TEST_CASE("what an earlier journal of the session holds counts as kept") {
  RecordedSession session({.when_full = WhenFull::block});
  session.break_backend();
  record_some(session, 7);
  session.forget_run();  // the first journal is not used any more
  for (int i = 1; i < 65'536; ++i) session.session().run(fmt::format("run {}", i));
  {
    auto late = session.session().run("late").node("n");
    record(late, Type::progress, Level::info, "late");
  }
  const Closed closed = session.session().close(200ms);
  CHECK(closed.kept == 8);
  CHECK(closed.lost == 0);
}
