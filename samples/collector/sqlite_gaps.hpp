// SqliteGaps: which of an emitter's sequences have not come yet.
//
// Emitters number their events 1, 2, 3 … without a gap, and send them in that order. So this table
// stays empty and costs nothing, unless events are lost or come later than their successors; what
// is in it is the loss itself, and asking for it reads nothing else. Used by SqliteStore and within
// its transactions.
#pragma once

#include <cstdint>

#include "sqlite_database.hpp"
#include "store.hpp"

namespace trace::collector {

class SqliteGaps {
 public:
  explicit SqliteGaps(Database& database);

  // The sequences first … last were passed over.
  void open(std::int64_t emitter, std::uint64_t first, std::uint64_t last);
  // One that had been passed over has come. Nothing happens when it had not.
  void fill(std::int64_t emitter, std::uint64_t sequence);

  RunGaps of_run(std::uint64_t run, std::size_t limit);

 private:
  Statement insert_, find_, erase_, shorten_;
  Statement total_, list_;
};

}  // namespace trace::collector
