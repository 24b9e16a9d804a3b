// SPDX-License-Identifier: Apache-2.0
// RAII wrappers for a SQLite database handle, prepared statements and transactions. A failure is
// thrown as StoreError with SQLite's message. Used by SqliteStore on the store thread.
#pragma once

#include <sqlite3.h>

#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace trace::collector::store::sqlite {

class Database {
 public:
  // Opens the file and creates it if it does not exist.
  explicit Database(const std::string& path);

  void run(const char* sql);  // one or several statements without parameters
  std::int64_t integer(const char* sql);
  std::int64_t last_insert_rowid() const noexcept { return sqlite3_last_insert_rowid(handle()); }
  std::int64_t changes() const noexcept { return sqlite3_changes64(handle()); }
  sqlite3* handle() const noexcept { return handle_.get(); }
  [[noreturn]] void fail() const;

 private:
  std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)> handle_{nullptr, &sqlite3_close_v2};
};

// A prepared statement. Bind all parameters in order, step() until it returns false, then reset()
// (execute() does both). Bound texts must live until the reset.
class Statement {
 public:
  Statement(Database& database, const std::string& sql);

  // Resets the statement and binds these parameters in order.
  template <class... Parameters>
  Statement& bind(const Parameters&... parameters) {
    reset();
    int index = 0;
    (bind_one(++index, parameters), ...);
    return *this;
  }

  // Binds the parameters after those of bind().
  template <class... Parameters>
  Statement& bind_more(const Parameters&... parameters) {
    int index = sqlite3_bind_parameter_count(handle_.get()) - int{sizeof...(parameters)};
    (bind_one(++index, parameters), ...);
    return *this;
  }

  // For statements that insert several rows: reset and unbind all parameters, then bind row by row,
  // which leaves those that are NULL as they are.
  void clear() noexcept {
    reset();
    sqlite3_clear_bindings(handle_.get());
  }
  template <class... Parameters>
  void bind_row(std::size_t row, const Parameters&... parameters) {
    int index = static_cast<int>(row * sizeof...(parameters));
    (bind_unless_null(++index, parameters), ...);
  }

  bool step();  // true: a row is available
  void execute() {
    [[maybe_unused]] const bool has_row = step();
    assert(!has_row);
    reset();
  }
  // Whether the statement, already bound, returns a row.
  bool finds_row() {
    const bool found = step();
    reset();
    return found;
  }
  void reset() noexcept { sqlite3_reset(handle_.get()); }

  // Reads the columns of the row in order.
  template <class... Values>
  void read(Values&... values) const {
    int column = 0;
    (read_one(column++, values), ...);
  }
  // Calls back for each row, then resets the statement.
  template <class OnRow>
  void for_each(const OnRow& on_row) {
    while (step()) on_row();
    reset();
  }

 private:
  template <class Integer>
  requires std::integral<Integer> || std::is_enum_v<Integer>
  void bind_one(int index, Integer value) {
    check(sqlite3_bind_int64(handle_.get(), index, static_cast<std::int64_t>(value)));
  }
  void bind_one(int index, std::string_view value);
  template <class Value>
  void bind_one(int index, const std::optional<Value>& value) {
    value ? bind_one(index, *value) : check(sqlite3_bind_null(handle_.get(), index));
  }
  template <class Value>
  void bind_unless_null(int index, const Value& value) {
    bind_one(index, value);
  }
  template <class Value>
  void bind_unless_null(int index, const std::optional<Value>& value) {
    if (value) bind_one(index, *value);
  }
  template <class Integer>
  void read_one(int column, Integer& value) const noexcept {
    value = static_cast<Integer>(sqlite3_column_int64(handle_.get(), column));
  }
  void read_one(int column, std::string& value) const;
  void read_one(int column, std::optional<std::string>& value) const;

  void check(int result) const {
    if (result != SQLITE_OK) database_->fail();
  }

  Database* database_;
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> handle_{nullptr, &sqlite3_finalize};
};

// A read transaction: several reads of one snapshot, with one lock. `begin` and `end` are prepared.
class ReadTransaction {
 public:
  ReadTransaction(Statement& begin, Statement& end) : end_(end) { begin.execute(); }
  ~ReadTransaction();
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

 private:
  Statement& end_;
};

// A write transaction: takes the write lock at once, and rolls back at the end of the scope unless
// it was committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace trace::collector::store::sqlite
