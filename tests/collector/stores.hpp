// SPDX-License-Identifier: Apache-2.0
// The databases that every test of a Store runs with. Each opens any number of stores over one
// database, as several collectors would.
#pragma once

#include <memory>

#include "collector/store/sqlite/store.hpp"
#include "memory_store.hpp"
#include "support/temp_dir.hpp"

namespace trace::testing {

class InMemory {
 public:
  std::unique_ptr<collector::store::Store> open() {
    return std::make_unique<MemoryStore>(database_);
  }

 private:
  std::shared_ptr<MemoryDatabase> database_ = std::make_shared<MemoryDatabase>();
};

class InSqlite {
 public:
  std::unique_ptr<collector::store::Store> open() {
    return std::make_unique<collector::store::sqlite::SqliteStore>(directory_ / "trace.db");
  }

 private:
  TempDir directory_;
};

}  // namespace trace::testing
