#include "sqlite_schema.hpp"

#include <fmt/core.h>

#include "store.hpp"

namespace trace::collector {
namespace {

constexpr std::int64_t application = 0x73687072;  // "shpr", so that `file` can tell
constexpr std::int64_t version = 2;

// WAL with synchronous=NORMAL: a commit survives the death of the process, and readers from
// outside do not disturb. Checkpoints are rarer than by default: they rewrite every page that
// changed since the last one, and the indexes' hot pages change with each envelope.
constexpr const char* connection = R"(
  PRAGMA page_size = 8192;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA cache_size = -65536;
  PRAGMA temp_store = MEMORY;
)";

constexpr const char* tables = R"(
  CREATE TABLE runs(
    id INTEGER PRIMARY KEY,           -- in the order in which runs were first heard of
    run_id TEXT NOT NULL UNIQUE,
    workflow_id TEXT NOT NULL,        -- '' while unknown, as the next one
    organization_id TEXT NOT NULL,
    registered_at TEXT NOT NULL,
    status TEXT NOT NULL,             -- as derived when the row was written; for people
    -- RunState
    events INTEGER NOT NULL,
    total_actions INTEGER NOT NULL,   -- 0 while unknown
    open_nodes INTEGER NOT NULL,
    completed_nodes INTEGER NOT NULL,
    failed_nodes INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    reopened INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    completed_at TEXT NOT NULL);

  CREATE TABLE nodes(
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs(id),
    node_id TEXT NOT NULL,
    -- NodeState
    phase INTEGER NOT NULL,           -- 0 seen, 1 started, 2 retrying, 3 completed, 4 failed
    started_at TEXT NOT NULL,
    started_by TEXT NOT NULL,
    failed_by INTEGER NOT NULL,       -- sequence of the event that failed it for good
    failure_reason TEXT NOT NULL,
    failure_code TEXT NOT NULL,
    UNIQUE(run, node_id));

  CREATE TABLE emitters(
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs(id),
    name TEXT NOT NULL,
    through INTEGER NOT NULL,         -- highest sequence stored or rejected
    UNIQUE(run, name));

  -- Sequences of an emitter below its highest that are neither stored nor rejected.
  CREATE TABLE gaps(
    emitter INTEGER NOT NULL REFERENCES emitters(id),
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY(emitter, last)) WITHOUT ROWID;

  -- An event's own id is "<emitter>-<emitter_sequence>", or foreign_id when it has another shape.
  -- Its key is run and sequence in one integer (place_of): SQLite stores and finds such rows
  -- fastest, and a run's events lie side by side in their order.
  CREATE TABLE events(
    place INTEGER PRIMARY KEY,
    run INTEGER AS (place >> 36),
    sequence INTEGER AS (place & 68719476735),  -- 1, 2, 3 ... in order of arrival; the public id
    node INTEGER NOT NULL REFERENCES nodes(id),
    emitter INTEGER REFERENCES emitters(id),
    emitter_sequence INTEGER,
    foreign_id TEXT,
    type TEXT NOT NULL,
    level TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    message TEXT,
    error_message TEXT,
    error_stack TEXT,
    error_code TEXT,
    output_summary TEXT,              -- JSON objects, as data
    data TEXT);

  -- Exactly once. An emitter is of one run.
  CREATE UNIQUE INDEX events_once ON events(emitter, emitter_sequence)
    WHERE emitter IS NOT NULL;
  CREATE UNIQUE INDEX foreign_events_once ON events(run, foreign_id)
    WHERE foreign_id IS NOT NULL;
)";

void create_tables(Database& database) {
  Transaction transaction(database);
  if (database.integer("PRAGMA user_version") == version) return;  // somebody was faster
  database.run(tables);
  database.run(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application, version)
          .c_str());
  transaction.commit();
}

}  // namespace

void prepare_schema(Database& database) {
  const std::int64_t found = database.integer("PRAGMA user_version");
  const bool empty = database.integer("SELECT count(*) FROM sqlite_master") == 0;
  if (!empty && (database.integer("PRAGMA application_id") != application || found != version)) {
    throw StoreError("this is a database of another program or version; name another file");
  }
  database.run(connection);
  if (empty) create_tables(database);
  // A file that cannot be written is found out now, not by the first events.
  Transaction probe(database);
  database.run("UPDATE runs SET id = id WHERE id = -1");
}

}  // namespace trace::collector
