// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <string>
#include <vector>

#include "collector/load.hpp"
#include "collector/store/sqlite/database.hpp"
#include "collector/store/sqlite/schema.hpp"

namespace trace::bench {
namespace {

using collector::store::sqlite::Database;
using Steady = std::chrono::steady_clock;

constexpr int columns = 14;

void check(const Database& database, bool succeeded) {
  if (!succeeded) database.fail();
}

class Statement {
 public:
  Statement(Database& database, const char* sql) : database_(database) {
    check(database_, sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                        &handle_, nullptr) == SQLITE_OK);
  }
  ~Statement() { sqlite3_finalize(handle_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void execute() {
    check(database_, sqlite3_step(handle_) == SQLITE_DONE);
    sqlite3_reset(handle_);
  }
  bool step() { return sqlite3_step(handle_) == SQLITE_ROW; }
  void reset() { sqlite3_reset(handle_); }
  sqlite3_stmt* handle() const { return handle_; }

 private:
  Database& database_;
  sqlite3_stmt* handle_ = nullptr;
};

// The events of one transaction, as the columns of the table.
class Rows {
 public:
  void read(Statement& select, std::int64_t first, std::int64_t last) {
    values_.clear();
    texts_.clear();
    sqlite3_bind_int64(select.handle(), 1, first);
    sqlite3_bind_int64(select.handle(), 2, last);
    while (select.step()) {
      for (int i = 0; i < columns; ++i) values_.push_back(value(select.handle(), i));
    }
    select.reset();
  }

  void insert(Statement& insert) const {
    for (std::size_t at = 0; at < values_.size(); at += columns) {
      for (int i = 0; i < columns; ++i) {
        bind(insert.handle(), i + 1, values_[at + static_cast<std::size_t>(i)]);
      }
      insert.execute();
    }
  }

 private:
  struct Value {
    int type;
    int size;             // of a text
    std::int64_t number;  // an integer, or where the text is in texts_
  };

  Value value(sqlite3_stmt* row, int column) {
    Value value{sqlite3_column_type(row, column), 0, 0};
    if (value.type == SQLITE_INTEGER) value.number = sqlite3_column_int64(row, column);
    if (value.type == SQLITE_TEXT) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
      value.size = sqlite3_column_bytes(row, column);
      value.number = static_cast<std::int64_t>(texts_.size());
      texts_.append(text, static_cast<std::size_t>(value.size));
    }
    return value;
  }

  void bind(sqlite3_stmt* statement, int index, const Value& value) const {
    if (value.type == SQLITE_INTEGER) {
      sqlite3_bind_int64(statement, index, value.number);
    } else if (value.type == SQLITE_TEXT) {
      sqlite3_bind_text(statement, index, texts_.data() + value.number, value.size, SQLITE_STATIC);
    } else {
      sqlite3_bind_null(statement, index);
    }
  }

  std::vector<Value> values_;
  std::string texts_;
};

void copy_tables(Database& to, const std::string& from) {
  to.run(fmt::format("ATTACH '{}' AS source; INSERT INTO runs SELECT * FROM source.runs; "
                     "INSERT INTO nodes SELECT * FROM source.nodes; "
                     "INSERT INTO emitters SELECT * FROM source.emitters; DETACH source",
                     from)
             .c_str());
}

}  // namespace

Stored store_by_sqlite(const Load& load, const std::string& from, const std::string& database) {
  Database to(database);
  collector::store::sqlite::prepare_schema(to);
  copy_tables(to, from);
  Database source(from);
  Statement select(source,
                   R"(SELECT place, node, emitter, emitter_sequence, foreign_id, type, level,
      timestamp, message, error_message, error_stack, error_code, output_summary, data
      FROM events WHERE place >= ? AND place <= ? ORDER BY place)");
  Statement begin(to, "BEGIN IMMEDIATE");
  Statement insert(to, "INSERT INTO events VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  Statement update_run(to, "UPDATE runs SET events = ?1 WHERE id = ?2");
  Statement update_emitter(to, "UPDATE emitters SET through = ?1 WHERE run = ?2");
  Statement commit(to, "COMMIT");
  Stored stored{};
  Rows rows;
  const std::uint64_t of_each = load.events / load.connections;
  for (std::uint64_t first = 1; first <= of_each; first += load.batch) {
    const std::uint64_t last = std::min(first + load.batch - 1, of_each);
    for (std::int64_t run = 1; run <= load.connections; ++run) {
      const auto place = [&](std::uint64_t sequence) {
        return (run << 36) + static_cast<std::int64_t>(sequence);
      };
      rows.read(select, place(first), place(last));
      const Nanoseconds cpu = cpu_time_of_thread();
      const auto start = Steady::now();
      begin.execute();
      for (Statement* update : {&update_run, &update_emitter}) {
        sqlite3_bind_int64(update->handle(), 1, static_cast<std::int64_t>(last));
        sqlite3_bind_int64(update->handle(), 2, run);
        update->execute();
      }
      rows.insert(insert);
      commit.execute();
      stored.cpu += cpu_time_of_thread() - cpu;
      stored.seconds += std::chrono::duration<double>(Steady::now() - start).count();
    }
  }
  const auto stored_rows = static_cast<std::uint64_t>(to.integer("SELECT count(*) FROM events"));
  if (stored_rows != load.events) throw std::runtime_error("rows are missing");
  return stored;
}

}  // namespace trace::bench
