// SPDX-License-Identifier: Apache-2.0
// The same rows, stored twice: by the collector, from requests, and by SQLite alone, in a program
// that does nothing else.
#pragma once

#include <cstdint>
#include <string>

#include "support/usage.hpp"

namespace trace::bench {

// Each connection sends the events of one run, in requests of `batch` events.
struct Load {
  std::uint64_t events;  // of all connections
  unsigned connections;
  std::uint64_t batch;
};

struct Stored {
  Nanoseconds cpu;
  double seconds;
};

// Starts the collector with a new database, and sends it the events. Its CPU time.
Stored store_by_collector(const Load& load, const std::string& database);

// Inserts the rows of the database `from` into a new one, in as many transactions as the collector
// needed, run by run in turn. The CPU time of SQLite, without what reading the rows takes.
Stored store_by_sqlite(const Load& load, const std::string& from, const std::string& database);

}  // namespace trace::bench
