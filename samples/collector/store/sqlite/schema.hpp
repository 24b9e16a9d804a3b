// SPDX-License-Identifier: Apache-2.0
// The schema of the collector's SQLite database, readable with the sqlite3 shell as well. Applied
// when the database is opened.
#pragma once

#include <cstdint>

#include "collector/store/sqlite/database.hpp"

namespace trace::collector::store::sqlite {

// The key of an event: its run's number above its sequence.
inline constexpr unsigned sequence_bits = 36;
inline constexpr std::uint64_t largest_sequence = (std::uint64_t{1} << sequence_bits) - 1;
inline constexpr std::uint64_t largest_run = (std::uint64_t{1} << (63 - sequence_bits)) - 1;
constexpr std::uint64_t place_of(std::uint64_t run, std::uint64_t sequence) noexcept {
  return run << sequence_bits | sequence;
}

// Configures the connection and creates the tables in an empty database. Throws StoreError when the
// file is a database of another program or schema version, or cannot be written.
void prepare_schema(Database& database);

}  // namespace trace::collector::store::sqlite
