// SPDX-License-Identifier: Apache-2.0
// Runs that a dead worker has finished: the recovery says so, after everything else of them.
#include <algorithm>
#include <filesystem>
#include <optional>

#include "unit/recovery/killed_worker.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

bool is_finish(const std::string& line) {
  return line.find("\"finishedAt\":") != std::string::npos;
}

std::size_t finishes(const Store& store) {
  return static_cast<std::size_t>(std::count_if(store.lines.begin(), store.lines.end(), is_finish));
}

// As StoreTransport, but refuses what says that a run is finished.
class UnfinishedTransport final : public Transport {
 public:
  explicit UnfinishedTransport(std::shared_ptr<Store> store) : storing_(std::move(store)) {}
  SendResult send(const Batch& batch,
                  std::chrono::steady_clock::time_point deadline) noexcept override {
    if (batch.runs[0].finished_at.empty()) return storing_.send(batch, deadline);
    SendResult result;
    result.kind = SendResult::Kind::rejected;
    result.detail = "finishedAt: is not welcome";
    return result;
  }

 private:
  StoreTransport storing_;
};

}  // namespace

TEST_CASE("a run that a killed worker had finished is finished after its events and lost nodes") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session& session, Run& run) {
    auto node = new Node(run.node("open"));
    node->started();
    for (int i = 0; i < 3000; ++i) record(*node, Type::progress, Level::info, "{}", i);
    session.run("unfinished");
    run.finish();
    record(*node, Type::progress, Level::info, "after");
    session.run("without events").finish();
  });
  // The first recovery dies with its work done, but before it removed the journal.
  const std::string journal = journals(directory).front();
  const std::string copy = directory / "copy";
  std::filesystem::copy_file(journal, copy);
  std::vector<std::string> first;
  for (int round = 0; round < 2; ++round) {
    auto store = std::make_shared<Store>();
    const RecoveryReport report = recovered(config, store);
    CHECK(report.left.empty());
    CHECK(report.lost_nodes == 1);
    CHECK(store->events.size() == 1 + 3000 + 1 + 1);
    REQUIRE(finishes(*store) == 2);
    const std::size_t size = store->lines.size();
    const std::vector<std::string> last(store->lines.end() - 2, store->lines.end());
    CHECK(std::all_of(last.begin(), last.end(), is_finish));
    CHECK(last[0].starts_with(
        "{\"runId\":\"run\",\"workflowId\":\"w\",\"events\":[],\"finishedAt\":\"20"));
    CHECK(last[1].starts_with("{\"runId\":\"without events\",\"events\":[],\"finishedAt\":\"20"));
    CHECK(size > 3);
    if (round == 0) first = last;
    CHECK(last == first);
    // The worker is dead: none of its envelopes says that it lives.
    for (const std::string& line : store->lines) {
      CHECK(line.find("\"session\":") == std::string::npos);
    }
    CHECK(journals(directory).empty());
    if (round == 0) std::filesystem::rename(copy, journal);
  }
}

TEST_CASE("a finish that the backend has acknowledged is not sent by the recovery") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, SIZE_MAX, [](Session& session, Run& run) {
    run.finish();
    while (!session.flush(20ms)) {
    }
  });
  auto store = std::make_shared<Store>();
  CHECK(recovered(config, store).journals == 1);
  CHECK(store->lines.empty());
}

TEST_CASE("a finish that the first recovery could not send is sent by the next one, once") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    record(run.node("n"), Type::progress, Level::info, "x");
    run.finish();
  });
  auto store = std::make_shared<Store>();
  SUBCASE("because the backend went away after the events") {
    store->most = 1;
    CHECK(!recovered(config, store).left.empty());
  }
  SUBCASE("because the backend refuses it") {
    Dependencies dependencies;
    dependencies.transport = std::make_unique<UnfinishedTransport>(store);
    const auto report = recover(config, 500ms, std::move(dependencies));
    REQUIRE(report);
    CHECK(!report->left.empty());
  }
  CHECK(store->events.size() == 1);
  CHECK(finishes(*store) == 0);
  REQUIRE(journals(directory).size() == 1);
  store->most = SIZE_MAX;
  CHECK(recovered(config, store).left.empty());
  CHECK(store->events.size() == 1);
  CHECK(finishes(*store) == 1);
  CHECK(journals(directory).empty());
}

TEST_CASE("what a closed session could not send is finished by the next session, which lives") {
  TempDir directory;
  const Config config = config_in(directory);
  std::string closed_id;
  {
    auto broken = std::make_shared<Store>();
    broken->most = 0;
    auto session = Session::start(config, storing(broken));
    closed_id = session->id();
    auto run = session->run("run");
    run.node("n").started();
    run.finish();
    CHECK(session->close(50ms).kept == 3);  // ABANDONED, too
  }
  auto store = std::make_shared<Store>();
  auto session = Session::start(config, storing(store));
  REQUIRE(session);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (journals(directory).size() > 1 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  session->run("run").node("n").started();
  CHECK(session->close(5s).kept == 0);
  REQUIRE(store->lines.size() >= 3);
  CHECK(is_finish(store->lines[1]));
  CHECK(store->lines[0].find("\"session\":") == std::string::npos);
  CHECK(store->lines[1].find("\"session\":") == std::string::npos);
  const std::string member = "\"session\":\"" + std::string(session->id());
  CHECK(store->lines.back().find(member) != std::string::npos);
  CHECK(journals(directory).empty());
}
