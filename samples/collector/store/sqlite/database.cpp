// SPDX-License-Identifier: Apache-2.0
#include "collector/store/sqlite/database.hpp"

#include "collector/store/store.hpp"

namespace trace::collector::store::sqlite {

Database::Database(const std::string& path) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);  // set even after a failure: it holds the error message
  if (result != SQLITE_OK) fail();
  constexpr int milliseconds = 5000;
  sqlite3_busy_timeout(handle, milliseconds);
}

void Database::run(const char* sql) {
  if (sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

std::int64_t Database::integer(const char* sql) {
  std::int64_t value = 0;
  Statement statement(*this, sql);
  statement.for_each([&] { statement.read(value); });
  return value;
}

void Database::fail() const { throw StoreError(sqlite3_errmsg(handle())); }

Statement::Statement(Database& database, const std::string& sql) : database_(&database) {
  sqlite3_stmt* handle = nullptr;
  check(sqlite3_prepare_v3(database.handle(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &handle,
                           nullptr));
  handle_.reset(handle);
}

bool Statement::step() {
  const int result = sqlite3_step(handle_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  reset();
  database_->fail();
}

void Statement::read_one(int column, std::string& value) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  value.assign(bytes == nullptr ? "" : bytes, size);
}

void Statement::read_one(int column, std::optional<std::string>& value) const {
  if (sqlite3_column_type(handle_.get(), column) == SQLITE_NULL) return value.reset();
  read_one(column, value.emplace());
}

void Statement::bind_one(int index, std::string_view value) {
  // A null pointer would bind NULL where the text is empty.
  const char* bytes = value.data() == nullptr ? "" : value.data();
  check(sqlite3_bind_text(handle_.get(), index, bytes, static_cast<int>(value.size()),
                          SQLITE_STATIC));
}

ReadTransaction::~ReadTransaction() {
  try {
    end_.execute();
  } catch (const StoreError&) {
    // Nothing was written; the next BEGIN reports a database that cannot be used.
  }
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // SQLite has already rolled back after some failures (a full disk); this then does nothing.
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  assert(open_);
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace trace::collector::store::sqlite
