#include "sqlite_gaps.hpp"

namespace trace::collector {

SqliteGaps::SqliteGaps(Database& database)
    : insert_(database, "INSERT INTO gaps(emitter, first, last) VALUES(?, ?, ?)"),
      find_(database, R"(
        SELECT first, last FROM gaps WHERE emitter = ? AND last >= ? ORDER BY last LIMIT 1)"),
      erase_(database, "DELETE FROM gaps WHERE emitter = ? AND last = ?"),
      shorten_(database, "UPDATE gaps SET first = ? WHERE emitter = ? AND last = ?"),
      total_(database, R"(
        SELECT count(*), total(last - first + 1)
        FROM emitters JOIN gaps ON gaps.emitter = emitters.id WHERE run = ?)"),
      list_(database, R"(
        SELECT name, through, first, last
        FROM emitters CROSS JOIN gaps ON gaps.emitter = emitters.id
        WHERE run = ? ORDER BY name, last LIMIT ?)") {}

void SqliteGaps::open(std::int64_t emitter, std::uint64_t first, std::uint64_t last) {
  insert_.bind(emitter, first, last).execute();
}

void SqliteGaps::fill(std::int64_t emitter, std::uint64_t sequence) {
  const bool found = find_.bind(emitter, sequence).step();
  const std::uint64_t first = found ? find_.count(0) : 0;
  const std::uint64_t last = found ? find_.count(1) : 0;
  find_.reset();
  if (!found || sequence < first) return;
  if (sequence > first) open(emitter, first, sequence - 1);
  // What is filled from its beginning, as a journal that was found does it, changes one row.
  if (sequence < last) {
    shorten_.bind(sequence + 1, emitter, last).execute();
  } else {
    erase_.bind(emitter, last).execute();
  }
}

RunGaps SqliteGaps::of_run(std::uint64_t run, std::size_t limit) {
  RunGaps gaps;
  total_.bind(run).step();
  gaps.ranges = total_.count(0);
  gaps.missing = total_.count(1);
  total_.reset();
  list_.bind(run, limit);
  while (list_.step()) {
    const std::string_view emitter = list_.text(0);
    if (gaps.emitters.empty() || gaps.emitters.back().emitter != emitter) {
      gaps.emitters.push_back({std::string(emitter), list_.count(1)});
    }
    gaps.emitters.back().missing.push_back({list_.count(2), list_.count(3)});
  }
  list_.reset();
  return gaps;
}

}  // namespace trace::collector
