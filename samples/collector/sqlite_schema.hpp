// The tables of the collector's SQLite database, laid out to be read with the sqlite3 shell too.
// Used when the database is opened.
#pragma once

#include <cstdint>

#include "sqlite_database.hpp"

namespace trace::collector {

// The key of an event: its run's number above its sequence.
inline constexpr unsigned sequence_bits = 36;
inline constexpr std::uint64_t largest_sequence = (std::uint64_t{1} << sequence_bits) - 1;
inline constexpr std::uint64_t largest_run = (std::uint64_t{1} << (63 - sequence_bits)) - 1;
constexpr std::uint64_t place_of(std::uint64_t run, std::uint64_t sequence) noexcept {
  return run << sequence_bits | sequence;
}

// Makes the tables in an empty database and sets the connection up. Throws StoreError when the
// file is somebody else's database or of another version.
void prepare_schema(Database& database);

}  // namespace trace::collector
