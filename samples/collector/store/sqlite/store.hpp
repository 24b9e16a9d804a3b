// SPDX-License-Identifier: Apache-2.0
// SqliteStore: the Store in one SQLite file, which may be read, copied and inspected at any time.
//
// Nothing is cached between calls. Other processes may use the same file: reads see what is
// committed, and append() compares and writes inside one write transaction. One thread at a time.
#pragma once

#include <string>

#include "collector/store/sqlite/database.hpp"
#include "collector/store/store.hpp"

namespace trace::collector::store::sqlite {

class SqliteStore final : public Store {
 public:
  // Throws StoreError when the file cannot be used.
  explicit SqliteStore(const std::string& path);

  std::optional<RunRow> run(std::string_view run_id) override;
  std::vector<RunRow> runs(std::uint64_t before, std::size_t limit) override;
  RunRows rows(std::string_view run_id, std::span<const std::string_view> node_ids,
               std::span<const std::string_view> emitters) override;
  std::vector<bool> stored(std::uint64_t run, std::span<const EventKey> keys) override;
  std::vector<Range> gaps_containing(std::uint64_t emitter,
                                     std::span<const std::uint64_t> sequences) override;
  bool append(const Append& changes) override;
  std::optional<NodeRow> last_node_in(std::uint64_t run, NodePhase phase) override;
  std::vector<NodeRow> nodes(std::uint64_t run, std::uint64_t after, std::size_t limit) override;
  void hear(std::string_view session, std::int64_t now_ms) override;
  std::vector<std::string> silent_workers(std::int64_t before_ms, std::size_t limit) override;
  std::vector<NodeKey> nodes_of_worker(std::string_view session, NodePhase phase,
                                       std::size_t limit) override;
  std::vector<std::string> due_runs(std::int64_t now_ms, std::size_t limit) override;
  std::vector<EventPayload> events(const RunRow& run, std::uint64_t after, std::size_t limit,
                                   std::size_t bytes) override;
  RunGaps gaps(std::uint64_t run, std::size_t limit) override;

 private:
  NodeRow node(std::uint64_t run, std::string_view node_id);
  EmitterRow emitter(std::uint64_t run, std::string_view name);

  // The steps of append(). False: the row is not as it was read.
  bool write_run(const Append& changes, std::uint64_t& run);
  std::vector<std::uint64_t> write_nodes(const Append& changes, std::uint64_t run);
  bool write_emitter(const Append::Emitter& emitter, std::uint64_t run, std::uint64_t& number);
  void write_events(const Append& changes, std::uint64_t run,
                    const std::vector<std::uint64_t>& nodes,
                    const std::vector<std::uint64_t>& emitters);
  bool changed_one_row() const noexcept { return database_.changes() == 1; }
  std::uint64_t new_row() const noexcept {
    return static_cast<std::uint64_t>(database_.last_insert_rowid());
  }

  Database database_;
  Statement begin_read_, end_read_;
  Statement find_run_, list_runs_, insert_run_, update_run_;
  Statement find_node_, last_node_, list_nodes_, insert_node_, update_node_;
  Statement hear_worker_, silent_workers_, nodes_of_worker_;
  Statement due_runs_;
  Statement find_emitter_, insert_emitter_, update_emitter_;
  Statement find_event_, find_foreign_event_, list_events_, insert_event_, insert_events_;
  Statement find_gap_, insert_gap_, delete_gap_, count_gaps_, list_gaps_;
};

}  // namespace trace::collector::store::sqlite
