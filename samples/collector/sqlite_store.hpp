// SqliteStore: the Store in one SQLite file.
//
// Nothing is cached from one envelope to the next: each transaction reads what it needs of its
// run, its nodes and its emitters, and writes it back before the commit. So a failed transaction
// leaves no trace, and the file may be read, copied and looked into at any time.
#pragma once

#include <string>

#include "sqlite_database.hpp"
#include "sqlite_gaps.hpp"
#include "store.hpp"

namespace trace::collector {

class SqliteStore final : public Store {
 public:
  // Throws StoreError when the file cannot be used.
  explicit SqliteStore(const std::string& path);

  Taken take(const JudgedEnvelope& judged) override;
  std::optional<RunRecord> run(std::string_view run_id) override;
  std::optional<FailedNode> failed_node(const RunRecord& run) override;
  std::vector<RunRecord> runs(std::uint64_t before, std::size_t limit) override;
  std::vector<EventPayload> events(const RunRecord& run, std::uint64_t after, std::size_t limit,
                                   std::size_t bytes) override;
  RunGaps gaps(const RunRecord& run, std::size_t limit) override;

 private:
  friend class SqliteTaking;  // writes one envelope with the statements below

  Database database_;
  Statement find_run_, list_runs_, failed_node_, read_events_;
  Statement insert_run_, update_run_;
  Statement find_node_, insert_node_, update_node_;
  Statement find_emitter_, insert_emitter_, update_emitter_;
  Statement insert_event_;
  SqliteGaps gaps_;
};

}  // namespace trace::collector
