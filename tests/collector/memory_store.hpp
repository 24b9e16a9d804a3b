// SPDX-License-Identifier: Apache-2.0
// MemoryStore: a Store without a database, for tests of the rules above it. Several may share one
// MemoryDatabase, as several collectors share a database. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/store/store.hpp"

namespace trace::testing {

struct MemoryDatabase {
  struct StoredRun {
    collector::store::RunRow row = {};
    std::map<std::string, collector::store::NodeRow, std::less<>> nodes = {};
    std::map<std::string, std::uint64_t, std::less<>> emitters = {};  // numbers, by name
    std::vector<EventPayload> events = {};
    std::set<std::string, std::less<>> foreign_ids = {};
  };
  struct StoredEmitter {
    collector::store::EmitterRow row = {};
    std::map<std::uint64_t, std::uint64_t> gaps = {};  // last → first
    std::set<std::uint64_t> sequences = {};            // of stored events
  };

  std::mutex mutex = {};
  std::vector<StoredRun> runs = {};                                // number - 1 is the index
  std::vector<StoredEmitter> emitters = {};                        // likewise
  std::map<std::string, std::int64_t, std::less<>> heard_ms = {};  // by worker
};

class MemoryStore : public collector::store::Store {
 public:
  explicit MemoryStore(std::shared_ptr<MemoryDatabase> database) : database_(std::move(database)) {}

  std::size_t concurrency() const noexcept override { return 4; }
  std::optional<collector::store::RunRow> run(std::string_view run_id) override;
  std::vector<collector::store::RunRow> runs(std::uint64_t before, std::size_t limit) override;
  collector::store::RunRows rows(std::string_view run_id,
                                 std::span<const std::string_view> node_ids,
                                 std::span<const std::string_view> emitters) override;
  std::vector<bool> stored(std::uint64_t run,
                           std::span<const collector::store::EventKey> keys) override;
  std::vector<collector::store::Range> gaps_containing(
      std::uint64_t emitter, std::span<const std::uint64_t> sequences) override;
  bool append(const collector::store::Append& changes) override;
  std::optional<collector::store::NodeRow> last_node_in(std::uint64_t run,
                                                        collector::store::NodePhase phase) override;
  std::vector<collector::store::NodeRow> nodes(std::uint64_t run, std::uint64_t after,
                                               std::size_t limit) override;
  void hear(std::string_view session, std::int64_t now_ms) override;
  std::vector<std::string> silent_workers(std::int64_t before_ms, std::size_t limit) override;
  std::vector<collector::store::NodeKey> nodes_of_worker(std::string_view session,
                                                         collector::store::NodePhase phase,
                                                         std::size_t limit) override;
  std::vector<std::string> due_runs(std::int64_t now_ms, std::size_t limit) override;
  std::vector<EventPayload> events(const collector::store::RunRow& run, std::uint64_t after,
                                   std::size_t limit, std::size_t bytes) override;
  collector::store::RunGaps gaps(std::uint64_t run, std::size_t limit) override;

 private:
  bool is_current(const collector::store::Append& changes) const;

  std::shared_ptr<MemoryDatabase> database_;
};

}  // namespace trace::testing
