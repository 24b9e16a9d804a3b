// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <trace/recovery.hpp>
#include <trace/trace.hpp>

#include <filesystem>
#include <set>
#include <thread>
#include <vector>

#include "journal/journal_reader.hpp"
#include "unit/recovery/killed_worker.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

TEST_CASE("what a killed worker recorded is delivered once, in order, under its identity") {
  TempDir directory;
  const Config config = config_in(directory);
  for (const std::size_t sends : {0U, 1U, 3U}) {
    killed_worker(config, sends, [sends](Session& session, Run& run) {
      auto node = run.node("n");
      for (int i = 0; i < 5000; ++i) record(node, Type::progress, Level::info, "{}", i);
      // At 2,000 events a batch they make three at the least.
      while (session.stats().batches < sends) session.flush(20ms);
      for (int i = 5000; i < 9000; ++i) record(node, Type::progress, Level::info, "{}", i);
    });
    REQUIRE(journals(directory).size() == 1);
    const std::string session_id =
        std::filesystem::path(journals(directory).front()).stem().string();
    const auto found = inspect_journal(journals(directory).front());
    REQUIRE(found);
    const auto unsent = static_cast<int>(found->unsent);
    CHECK(unsent >= 4000);
    CHECK((unsent < 9000) == (sends > 0));
    auto store = std::make_shared<Store>();
    const RecoveryReport report = recovered(config, store);
    CHECK(report.left.empty());
    CHECK(report.journals == 1);
    CHECK(journals(directory).empty());
    CHECK(store->duplicates == 0);
    REQUIRE(!store->events.empty());
    // What the first backend acknowledged is not sent again; the rest arrives completely and in
    // order.
    CHECK(store->events.size() == static_cast<std::size_t>(unsent));
    int expected = 9000 - unsent;
    for (const EventPayload& event : store->events) {
      CHECK(event.id == fmt::format("{}-0-{:012}", session_id, expected + 1));
      CHECK(event.message == std::to_string(expected++));
    }
  }
}

TEST_CASE("what was moved aside for a stalled run is recovered once and in order") {
  TempDir directory;
  const Config config = config_in(directory);
  constexpr int events = 20'000;
  killed_worker(config, SIZE_MAX, [](Session& session, Run& run) {
    auto good = run.node("n");
    auto stalled_run = session.run("stalled");
    auto stalled = stalled_run.node("n");
    for (int i = 0; i < events; ++i) {
      record(good, Type::progress, Level::info, "{}", i);
      record(stalled, Type::progress, Level::info, "{}", i);
    }
    while (session.stats().acknowledged < events) std::this_thread::yield();
    for (int i = 0; i < 3; ++i) {
      record(good, Type::progress, Level::info, "late");
      record(stalled, Type::progress, Level::info, "{}", events + i);
    }
  });
  const auto found = inspect_journal(journals(directory).front());
  REQUIRE(found);
  for (const auto& run : found->runs) {
    if (run.id == "stalled") CHECK(run.unsent == events + 3);
  }
  auto store = std::make_shared<Store>();
  const RecoveryReport report = recovered(config, store);
  CHECK(report.left.empty());
  CHECK(store->duplicates == 0);
  int expected = 0;
  for (const EventPayload& event : store->events) {
    if (event.run_id == "stalled") CHECK(event.message == std::to_string(expected++));
  }
  CHECK(expected == events + 3);
}

TEST_CASE("a run that the backend does not accept does not delay a recovery's other runs") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session& session, Run& run) {
    auto good = run.node("n");
    auto stalled_run = session.run("stalled");
    auto stalled = stalled_run.node("n");
    for (int i = 0; i < 10'000; ++i) {
      record(stalled, Type::progress, Level::info, "{}", i);
      record(good, Type::progress, Level::info, "{}", i);
    }
  });
  auto store = std::make_shared<Store>();
  store->stalled = "stalled";
  CHECK(recovered(config, store).delivered == 10'000);
  CHECK(journals(directory).size() == 1);
  store->stalled.clear();
  const RecoveryReport report = recovered(config, store);
  CHECK(report.left.empty());
  CHECK(store->events.size() == 20'000);
  CHECK(journals(directory).empty());
}

TEST_CASE("a journal of which nothing is taken lets the next one go first") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session& session, Run&) {
    auto run = session.run("stalled");
    record(run.node("n"), Type::progress, Level::info, "kept");
  });
  const std::string stalled = journals(directory).front();
  killed_worker(config, 0, [](Session&, Run& run) {
    record(run.node("n"), Type::progress, Level::info, "x");
  });
  auto store = std::make_shared<Store>();
  store->stalled = "stalled";
  const RecoveryReport report = recovered(config, store);
  CHECK(report.delivered == 1);
  CHECK(journals(directory) == std::vector<std::string>{stalled});
  store->stalled.clear();
  CHECK(recovered(config, store).left.empty());
  CHECK(store->events.size() == 2);
  CHECK(store->duplicates == 0);
}

TEST_CASE("what recovery was moving aside when it was killed is removed") {
  TempDir directory;
  const std::string spill = directory / "01ARZ3NDEKTSV4RRFFQ69G5FAV-backlog.journal";
  std::filesystem::copy_file("/proc/self/status", spill);
  std::filesystem::permissions(
      spill, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  CHECK(recovered(config_in(directory), std::make_shared<Store>()).left.empty());
  CHECK(!std::filesystem::exists(spill));
}

TEST_CASE("a new session of the same destination adopts by itself") {
  TempDir directory;
  Config config = config_in(directory);
  config.batch_delay = 60s;  // is for its own events: those of a dead session have waited enough
  killed_worker(config, 0, [](Session&, Run& run) {
    for (int i = 0; i < 100; ++i) record(run.node("n"), Type::progress, Level::info, "{}", i);
  });
  auto store = std::make_shared<Store>();
  auto session = Session::start(config, storing(store));
  REQUIRE(session);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (journals(directory).size() > 1 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  CHECK(journals(directory).size() == 1);
  CHECK(session->close(5s).kept == 0);
  CHECK(journals(directory).empty());
  CHECK(store->events.size() == 100);
}

TEST_CASE("nodes that were left open by a killed worker fail as WORKER_LOST, the same each time") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    auto ended = new Node(run.node("ended"));
    ended->started();
    ended->completed();
    auto open = new Node(run.node("open"));
    open->started();
    auto again = new Node(run.node("again"));
    again->started();
    again->failed({.message = "x", .retryable = true});
    again->started();
    new Node(run.node("idle"));
  });
  // The first recovery dies with its work done, but before it removed the journal.
  const std::string journal = journals(directory).front();
  const std::string copy = directory / "copy";
  std::filesystem::copy_file(journal, copy);
  auto store = std::make_shared<Store>();
  CHECK(recovered(config, store).lost_nodes == 2);
  const auto first = store->ids;
  CHECK(store->events.size() == 6 + 2);
  std::set<std::string> lost;
  for (const EventPayload& event : store->events) {
    if (!event.error || event.error->code != "WORKER_LOST") continue;
    lost.insert(event.node_id);
    CHECK(event.type == Type::failed);
    CHECK(event.level == Level::error);
  }
  CHECK(lost == std::set<std::string>{"open", "again"});
  std::filesystem::rename(copy, journal);
  recovered(config, store);
  CHECK(store->ids == first);
}

TEST_CASE("nodes that threads started at the same time are WORKER_LOST, each of them") {
  TempDir directory;
  const Config config = config_in(directory);
  constexpr int threads = 8;
  constexpr int nodes = 100;
  killed_worker(config, 0, [](Session&, Run& run) {
    std::vector<std::thread> starting;
    for (int t = 0; t < threads; ++t) {
      starting.emplace_back([&run, t] {
        for (int n = 0; n < nodes; ++n) {
          (new Node(run.node(std::to_string(t) + "-" + std::to_string(n))))->started();
        }
      });
    }
    for (std::thread& thread : starting) thread.join();
  });
  auto store = std::make_shared<Store>();
  CHECK(recovered(config, store).lost_nodes == threads * nodes);
  CHECK(store->events.size() == 2 * threads * nodes);
}

TEST_CASE("after a clean close nothing is WORKER_LOST") {
  TempDir directory;
  const Config config = config_in(directory);
  {
    auto broken = std::make_shared<Store>();
    broken->most = 0;
    auto session = Session::start(config, storing(broken));
    auto run = session->run("run");
    auto node = run.node("n");
    node.started();
    CHECK(session->close(50ms).kept == 2);  // STARTED and WORKER_STOPPED
  }
  auto store = std::make_shared<Store>();
  const RecoveryReport report = recovered(config, store);
  CHECK(report.lost_nodes == 0);
  REQUIRE(store->events.size() == 2);
  CHECK(store->events[1].error->code == "WORKER_STOPPED");
}

TEST_CASE(
    "journals of another destination, of another version and of live sessions are left alone") {
  TempDir directory;
  const Config config = config_in(directory);
  const auto one = [](Session&, Run& run) {
    record(run.node("n"), Type::progress, Level::info, "x");
  };
  killed_worker(config_in(directory, "http://127.0.0.1:2"), 0, one);
  killed_worker(config, 0, one);
  std::uint32_t version = 99;
  SUBCASE("a newer version") {}
  SUBCASE("an older version") { version = detail::journal::format_version - 1; }
  for (const std::string& path : journals(directory)) {
    if (inspect_journal(path)->endpoint == config.endpoint) {
      overwrite(path, offsetof(detail::journal::FileHeader, version), &version, sizeof version);
    }
  }
  auto silent = std::make_shared<Store>();
  silent->most = 0;
  auto live = Session::start(config, storing(silent));
  record(live->run("run").node("n"), Type::progress, Level::info, "mine");

  auto store = std::make_shared<Store>();
  const RecoveryReport report = recovered(config, store);
  CHECK(store->events.empty());
  CHECK(journals(directory).size() == 3);
  REQUIRE(report.left.size() == 2);
  const std::string all = report.left[0] + report.left[1];
  CHECK(all.find("http://127.0.0.1:2") != std::string::npos);
  CHECK(all.find(fmt::format("format version {};", version)) != std::string::npos);
  live->close(10ms);
}

TEST_CASE("a damaged slab goes to quarantine and the rest goes on") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    const std::string text(1000, 'x');
    for (int i = 0; i < 2000; ++i) record(run.node("n"), Type::progress, Level::info, "{}", text);
  });
  const std::string journal = journals(directory).front();
  const auto before = inspect_journal(journal);
  REQUIRE(before);
  CHECK(before->events == 2000);
  CHECK(before->unsent == 2000);
  CHECK(!before->in_use);
  // Nonsense in the middle of a large slab's data, longer than a record.
  auto reader = detail::journal::JournalReader::read(
      detail::journal::FileDescriptor(open(journal.c_str(), O_RDONLY | O_CLOEXEC)), journal);
  REQUIRE(reader);
  std::uint64_t offset = 0;
  for (const detail::journal::SlabPlace& place : reader->slabs()) {
    if (place.committed > 200'000) offset = place.offset;
  }
  REQUIRE(offset > 0);
  const std::string nonsense(2500, '\xEE');
  overwrite(journal, offset + 100'000, nonsense.data(), nonsense.size());
  auto store = std::make_shared<Store>();
  const RecoveryReport report = recovered(config, store);
  CHECK(report.journals == 1);
  CHECK(store->events.size() > 1000);
  CHECK(store->events.size() < 2000);
  CHECK(std::filesystem::exists(directory.path() / "quarantine"));
  CHECK(!std::filesystem::is_empty(directory.path() / "quarantine"));
}

TEST_CASE("a recovery without a backend says what is left, and loses nothing") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    for (int i = 0; i < 10; ++i) record(run.node("n"), Type::progress, Level::info, "x");
  });
  auto broken = std::make_shared<Store>();
  broken->most = 0;
  CHECK(recovered(config, broken).left.size() == 1);
  auto store = std::make_shared<Store>();
  CHECK(recovered(config, store).left.empty());
  CHECK(store->events.size() == 10);
}

namespace {

// Takes some looks to end, and sees how it is with the journal meanwhile.
class SlowCleanup final : public OrphanCleanup {
 public:
  SlowCleanup(std::string journal, std::string complaint)
      : journal_(std::move(journal)), error_(std::move(complaint)) {}
  bool ended() const noexcept override {
    kept_ = kept_ && std::filesystem::exists(journal_) && !lock_orphan_at(journal_);
    return ++looks_ > 3;
  }
  std::string error() const override { return kept_ ? error_ : "the journal was let go"; }

 private:
  const std::string journal_;
  const std::string error_;
  mutable bool kept_ = true;
  mutable int looks_ = 0;
};

}  // namespace

TEST_CASE("what a dead session left running is ended once, before its journal is unlocked") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    const auto node = new Node(run.node("n"));
    CHECK(node->add_note("docker", "one"));
    CHECK(node->add_note("other", "not for us"));
    CHECK(node->add_note("docker", "two"));
    node->started();
  });
  const std::string journal = journals(directory).front();
  auto store = std::make_shared<Store>();
  int begun = 0;
  std::string complaint;
  SUBCASE("whole") {}
  SUBCASE("not whole") { complaint = "one is still there"; }
  Dependencies dependencies = storing(store);
  dependencies.clean_up_orphans["other"] = [](const AdoptedSession& adopted, const Config&) {
    CHECK(adopted.notes == std::vector<std::string>{"not for us"});
    return nullptr;
  };
  dependencies.clean_up_orphans["none"] = [](const AdoptedSession&, const Config&) {
    FAIL_CHECK("called without a note");
    return nullptr;
  };
  dependencies.clean_up_orphans["docker"] = [&](const AdoptedSession& adopted, const Config& ours) {
    ++begun;
    CHECK(ours.journal_dir == config.journal_dir);
    CHECK(adopted.journal == journal);
    CHECK(adopted.id == std::filesystem::path(journal).stem().string());
    CHECK(adopted.notes == std::vector<std::string>{"one", "two"});
    return std::make_unique<SlowCleanup>(journal, complaint);
  };
  auto report = recover(config, 10s, std::move(dependencies));
  REQUIRE(report);
  CHECK(begun == 1);
  CHECK(store->events.size() == 2);
  CHECK(journals(directory).empty() == complaint.empty());  // the note of what is left
  CHECK(report->left ==
        (complaint.empty() ? std::vector<std::string>{} : std::vector<std::string>{complaint}));
}

TEST_CASE("nothing is ended for sessions that live or go elsewhere") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config_in(directory, "http://127.0.0.1:2"), 0, [](Session&, Run& run) {
    auto node = run.node("n");
    CHECK(node.add_note("docker", "docker"));
    record(node, Type::progress, Level::info, "x");
  });
  auto silent = std::make_shared<Store>();
  silent->most = 0;
  auto live = Session::start(config, storing(silent));
  record(live->run("run").node("n"), Type::progress, Level::info, "mine");
  int begun = 0;
  Dependencies dependencies = storing(std::make_shared<Store>());
  dependencies.clean_up_orphans["docker"] = [&](const AdoptedSession&, const Config&) {
    ++begun;
    return nullptr;
  };
  REQUIRE(recover(config, 500ms, std::move(dependencies)));
  CHECK(begun == 0);
  live->close(10ms);
}
