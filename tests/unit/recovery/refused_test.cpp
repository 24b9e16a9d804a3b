// SPDX-License-Identifier: Apache-2.0
// Orphans that the backend does not take: of another version of ours, or with events that it
// refuses, beside orphans that it takes; and containers that could not be removed.
#include <trace/orphan.hpp>

#include <algorithm>
#include <optional>

#include "journal/file.hpp"
#include "journal/journal_reader.hpp"
#include "recovery/adoptions.hpp"
#include "unit/recovery/killed_worker.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

// As StoreTransport, but refuses what holds "poison".
class PickyTransport final : public Transport {
 public:
  explicit PickyTransport(std::shared_ptr<Store> store) : taking_(std::move(store)) {}
  SendResult send(const Batch& batch,
                  std::chrono::steady_clock::time_point deadline) noexcept override {
    for (const OutgoingRun& run : batch.runs) {
      if (run.line.find("poison") == std::string_view::npos) continue;
      SendResult result;
      result.kind = SendResult::Kind::rejected;
      result.detail = "poison";
      return result;
    }
    return taking_.send(batch, deadline);
  }

 private:
  StoreTransport taking_;
};

RecoveryReport recovered_by_picky(const Config& config, const std::shared_ptr<Store>& store) {
  Dependencies dependencies;
  dependencies.transport = std::make_unique<PickyTransport>(store);
  auto report = recover(config, 500ms, std::move(dependencies));
  REQUIRE_MESSAGE(report, report.error().text());
  return *report;
}

void leave(const Config& config, const std::string& text) {
  killed_worker(config, 0, [&](Session&, Run& run) {
    record(run.node("n"), Type::progress, Level::info, "{}", text);
  });
}

// A OrphanCleanup that has ended, with or without success.
class Ended final : public OrphanCleanup {
 public:
  explicit Ended(std::string complaint, std::vector<std::string> out_of_reach = {})
      : error_(std::move(complaint)), out_of_reach_(std::move(out_of_reach)) {}
  bool ended() const noexcept override { return true; }
  std::string error() const override { return error_; }
  std::vector<std::string> out_of_reach() const override { return out_of_reach_; }

 private:
  std::string error_;
  std::vector<std::string> out_of_reach_;
};

// Adopts what the directory of `config` holds, by a clock that is stepped.
class SteppedScan {
 public:
  SteppedScan(const Config& config, OrphanCleaners cleaners) : config_(config) {
    auto opened = detail::journal::JournalDirectory::open(config.journal_dir);
    REQUIRE(opened);
    const auto found = inspect_journal(journal_paths(config.journal_dir).at(0));
    REQUIRE(found);
    dead_letters_.emplace(*opened, config.journal_budget);
    const detail::journal::SharedDirectory place = *opened;
    const detail::recovery::AdoptionParts parts{transport_,          clock_, *dead_letters_,
                                                diagnostics_,        taken_, config_,
                                                std::move(cleaners), {},     place};
    adoptions_.emplace(detail::recovery::Destination{found->transport, found->endpoint}, "", 1s,
                       parts, detail::ship::ShipperLimits{{1 << 20, 2000}, 0ms, 30s, 1});
  }

  void run(std::chrono::minutes duration) {
    const auto end = clock_.now() + duration;
    while (clock_.now() < end) {
      const auto next = adoptions_->step(clock_.now());
      const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(next - clock_.now());
      if (wait > 0ms) clock_.advance(wait + 1ms);
    }
  }
  const detail::recovery::Adoptions& adoptions() const { return *adoptions_; }
  std::ptrdiff_t reported(const std::string& text) const {
    return std::ranges::count(reported_, text);
  }

 private:
  const Config config_;
  std::vector<std::string> reported_;
  SteppedClock clock_;
  detail::ship::Diagnostics diagnostics_{
      [this](const Diagnostic& diagnostic) { reported_.emplace_back(diagnostic.text); }, clock_};
  std::optional<detail::ship::DeadLetters> dead_letters_;
  detail::ship::TakenEvents taken_;
  PickyTransport transport_{std::make_shared<Store>()};
  std::optional<detail::recovery::Adoptions> adoptions_;
};

}  // namespace

TEST_CASE("a run id of a version that did not repair ids is acknowledged") {
  TempDir directory;
  const std::string endpoint = "http://127.0.0.1:1";
  {
    auto opened = detail::journal::JournalDirectory::open(directory.path().string());
    REQUIRE(opened);
    auto file =
        detail::journal::JournalFile::create(*opened, {std::string(rig_session), "http", endpoint});
    REQUIRE(file);
    Rig rig({1 << 20, 2000}, std::move(*file));
    auto& run = rig.run("a\xff");
    REQUIRE(rig.tables.add_run(run.number, run.id, {}));
    for (int i = 0; i < 5; ++i) rig.record(0, run, "x");
  }
  auto store = std::make_shared<Store>();
  const RecoveryReport report = recovered(config_in(directory, endpoint), store);
  CHECK(report.left.empty());
  CHECK(report.delivered == 5);
  CHECK(store->duplicates == 0);
  REQUIRE(store->events.size() == 5);
  CHECK(store->events[0].run_id == "a\uFFFD");
  CHECK(journals(directory).empty());
}

TEST_CASE("an orphan whose only event is refused delays no other, and is given up after it") {
  TempDir directory;
  const Config config = config_in(directory);
  leave(config, "poison");
  auto store = std::make_shared<Store>();
  // Alone, it may be the backend that is wrong.
  RecoveryReport report = recovered_by_picky(config, store);
  REQUIRE(report.left.size() == 1);
  CHECK(report.rejected == 0);
  CHECK(journals(directory).size() == 1);

  leave(config, "fine");
  leave(config, "fine, too");
  report = recovered_by_picky(config, store);
  CHECK(report.left.empty());
  CHECK(report.delivered == 2);
  CHECK(report.rejected == 1);
  CHECK(journals(directory).empty());
  CHECK(std::filesystem::exists(directory / "rejected.ndjson"));
}

TEST_CASE("containers that could not be removed keep the journal's note, and nothing else of it") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    auto node = run.node("n");
    node.started();
    REQUIRE(node.add_note("docker", "podman"));
    node.detach();
  });
  auto store = std::make_shared<Store>();
  std::vector<std::vector<std::string>> asked;
  const auto recover_with = [&](const std::string& complaint) {
    Dependencies dependencies = storing(store);
    dependencies.clean_up_orphans["docker"] = [&asked, complaint](const AdoptedSession& session,
                                                                  const Config&) {
      asked.push_back(session.notes);
      return std::make_unique<Ended>(complaint);
    };
    auto report = recover(config, 500ms, std::move(dependencies));
    REQUIRE_MESSAGE(report, report.error().text());
    return *report;
  };
  RecoveryReport report = recover_with("no daemon");
  CHECK(report.left == std::vector<std::string>{"no daemon"});
  CHECK(report.journals == 0);
  CHECK(store->events.size() == 2);  // STARTED and WORKER_LOST
  REQUIRE(journals(directory).size() == 1);
  CHECK(std::filesystem::file_size(journals(directory).front()) == detail::journal::header_bytes);

  report = recover_with("still no daemon");
  CHECK(report.left.size() == 1);
  CHECK(store->duplicates == 0);
  REQUIRE(journals(directory).size() == 1);

  report = recover_with("");
  CHECK(report.left.empty());
  CHECK(report.journals == 1);
  CHECK(store->events.size() == 2);
  CHECK(store->duplicates == 0);
  CHECK(journals(directory).empty());
  CHECK(asked == std::vector<std::vector<std::string>>(3, {"podman"}));
}

TEST_CASE("a recovery that cannot remove containers keeps the note for another one") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    auto node = run.node("n");
    REQUIRE(node.add_note("docker", "podman"));
    record(node, Type::progress, Level::info, "x");
    node.detach();
  });
  auto store = std::make_shared<Store>();
  CHECK(recovered(config, store).left.size() == 1);
  CHECK(store->events.size() == 1);
  REQUIRE(journals(directory).size() == 1);
  Dependencies dependencies = storing(store);
  dependencies.clean_up_orphans["docker"] = [](const AdoptedSession&, const Config&) {
    return std::make_unique<Ended>("");
  };
  const auto report = recover(config, 500ms, std::move(dependencies));
  REQUIRE(report);
  CHECK(report->left.empty());
  CHECK(store->duplicates == 0);
  CHECK(journals(directory).empty());
}

TEST_CASE("what this process may not remove is reported once, and keeps no journal") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    auto node = run.node("n");
    REQUIRE(node.add_note("docker", "/tmp/evil"));
    record(node, Type::progress, Level::info, "x");
    node.detach();
  });
  auto store = std::make_shared<Store>();
  Dependencies dependencies = storing(store);
  dependencies.clean_up_orphans["docker"] = [](const AdoptedSession&, const Config&) {
    return std::make_unique<Ended>("", std::vector<std::string>{"not ours"});
  };
  const auto report = recover(config, 500ms, std::move(dependencies));
  REQUIRE(report);
  CHECK(report->left == std::vector<std::string>{"not ours"});
  CHECK(store->events.size() == 1);
  CHECK(journals(directory).empty());
}

TEST_CASE("a session that is not sure that its containers are gone leaves the note") {
  TempDir directory;
  const Config config = config_in(directory);
  auto store = std::make_shared<Store>();
  for (const bool gone : {true, false}) {
    auto session = Session::start(config, storing(store));
    REQUIRE(session);
    auto node = session->run("run").node("n");
    REQUIRE(node.add_note("docker", "podman"));
    record(node, Type::progress, Level::info, "x");
    if (gone) node.settle_note();
    CHECK(session->close(5s).kept == 0);
    CHECK(journals(directory).empty() == gone);
  }
  const auto left = inspect_journal(journals(directory).front());
  REQUIRE(left);
  CHECK(left->events == 0);
  CHECK(left->closed_cleanly);
  std::vector<std::string> asked;
  Dependencies dependencies = storing(store);
  dependencies.clean_up_orphans["docker"] = [&](const AdoptedSession& session, const Config&) {
    asked = session.notes;
    return std::make_unique<Ended>("");
  };
  const auto report = recover(config, 500ms, std::move(dependencies));
  REQUIRE(report);
  CHECK(report->left.empty());
  CHECK(asked == std::vector<std::string>{"podman"});
  CHECK(journals(directory).empty());
  CHECK(store->events.size() == 2);
  CHECK(store->duplicates == 0);
}

TEST_CASE("with containers left, a journal with damaged extents stays whole until they are gone") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    auto node = run.node("n");
    REQUIRE(node.add_note("docker", "podman"));
    record(node, Type::progress, Level::info, "x");
    node.detach();
  });
  const std::string journal = journals(directory).front();
  std::uint32_t rows = 0;
  {
    auto reader = detail::journal::JournalReader::read(
        detail::journal::FileDescriptor(open(journal.c_str(), O_RDONLY | O_CLOEXEC)), journal);
    REQUIRE(reader);
    rows = reader->header().extent_count.load();
  }
  const detail::journal::Extent nonsense{1, 2, 3};
  overwrite(journal, offsetof(detail::journal::FileHeader, extents) + rows * sizeof nonsense,
            &nonsense, sizeof nonsense);
  ++rows;
  overwrite(journal, offsetof(detail::journal::FileHeader, extent_count), &rows, sizeof rows);
  const auto bytes = std::filesystem::file_size(journal);
  auto store = std::make_shared<Store>();
  const auto recover_with = [&](const std::string& complaint) {
    Dependencies dependencies = storing(store);
    dependencies.clean_up_orphans["docker"] = [complaint](const AdoptedSession&, const Config&) {
      return std::make_unique<Ended>(complaint);
    };
    auto report = recover(config, 500ms, std::move(dependencies));
    REQUIRE_MESSAGE(report, report.error().text());
    return *report;
  };
  CHECK(recover_with("no daemon").left == std::vector<std::string>{"no daemon"});
  REQUIRE(journals(directory).size() == 1);
  CHECK(std::filesystem::file_size(journal) == bytes);
  CHECK(recover_with("").left.empty());
  CHECK(journals(directory).empty());
  const auto name = std::filesystem::path(journal).filename();
  CHECK(std::filesystem::file_size(directory.path() / "quarantine" / name) == bytes);
}

TEST_CASE("a recovery that has no descriptors left does not say that nothing is left") {
  TempDir directory;
  const Config config = config_in(directory);
  leave(config, "kept");
  auto opened = detail::journal::JournalDirectory::open(directory.path().string());
  REQUIRE(opened);
  {
    std::vector<detail::journal::FileDescriptor> all;
    for (int fd = 0; (fd = ::dup(STDERR_FILENO)) >= 0;) all.emplace_back(fd);
    CHECK_FALSE((*opened)->names(".journal"));
    CHECK(errno == EMFILE);
    CHECK_FALSE(detail::recovery::tails_of(**opened, rig_session));
    CHECK((*opened)->open_file("x", O_RDONLY | O_CREAT).exhausted);
  }
  CHECK((*opened)->names(".journal")->size() == 1);
}

TEST_CASE("a refused journal that is alone is adopted once, however long it waits") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    auto node = run.node("n");
    REQUIRE(node.add_note("docker", "podman"));
    record(node, Type::progress, Level::info, "poison");
    node.detach();
  });
  int adopted = 0;
  SteppedScan scan(config, {{"docker", [&](const AdoptedSession&, const Config&) {
                               ++adopted;
                               return nullptr;
                             }}});
  scan.run(10min);
  CHECK(adopted == 1);
  CHECK(scan.adoptions().only_refused_is_left());
  CHECK(scan.adoptions().report().rejected == 0);
}

TEST_CASE("a cleaner that has succeeded is not called again for a journal that stays for others") {
  TempDir directory;
  const Config config = config_in(directory);
  killed_worker(config, 0, [](Session&, Run& run) {
    auto node = run.node("n");
    REQUIRE(node.add_note("docker", "podman"));
    REQUIRE(node.add_note("k8s", "a job"));
    record(node, Type::progress, Level::info, "x");
    node.detach();
  });
  const std::string journal = journals(directory).front();
  bool succeeds = true;
  SUBCASE("it succeeds") {}
  SUBCASE("it fails") { succeeds = false; }
  int called = 0;
  SteppedScan scan(config, {{"docker", [&](const AdoptedSession& session, const Config&) {
                               ++called;
                               CHECK(session.notes == std::vector<std::string>{"podman"});
                               return std::make_unique<Ended>(succeeds ? "" : "no daemon");
                             }}});
  const std::string unhandled = "journal " + journal +
                                " has notes of \"k8s\", which this program does not handle; "
                                "recover it with the program that wrote it, or remove the file";
  scan.run(2min);
  CHECK(scan.reported(unhandled) > 1);
  if (succeeds) {
    CHECK(called == 1);
  } else {
    CHECK(called > 1);
  }
  CHECK(std::ranges::count(scan.adoptions().report().left, unhandled) == 1);
  CHECK(std::filesystem::file_size(journal) == detail::journal::header_bytes);
}
