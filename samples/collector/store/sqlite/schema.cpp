// SPDX-License-Identifier: Apache-2.0
#include "collector/store/sqlite/schema.hpp"

#include <fmt/core.h>

#include "collector/store/store.hpp"

namespace trace::collector::store::sqlite {
namespace {

constexpr std::int64_t application = 0x73687072;  // "shpr": `file` shows it
constexpr std::int64_t version = 3;

// WAL with synchronous=NORMAL: a commit survives a crash of the process, and other processes can
// read without blocking writes. Checkpoints are rarer than the default: each rewrites every page
// changed since the last one, and hot index pages change with every envelope.
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
    id INTEGER PRIMARY KEY,           -- in the order of registration
    run_id TEXT NOT NULL UNIQUE,
    workflow_id TEXT NOT NULL,        -- '' while unknown, like organization_id
    organization_id TEXT NOT NULL,
    registered_at TEXT NOT NULL,
    status TEXT NOT NULL,             -- as derived when the row was written; for people
    revision INTEGER NOT NULL,        -- of the row; writers compare it
    due_ms INTEGER NOT NULL,          -- when it has its verdict unless something happens
    -- totals over all events and nodes
    events INTEGER NOT NULL,
    total_actions INTEGER NOT NULL,   -- 0 while unknown
    running_nodes INTEGER NOT NULL,
    lost_nodes INTEGER NOT NULL,
    retrying_nodes INTEGER NOT NULL,
    completed_nodes INTEGER NOT NULL,
    failed_nodes INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    cancelled_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    lost_at TEXT NOT NULL,
    last_start_at TEXT NOT NULL,
    is_quiet INTEGER NOT NULL,
    completed_at TEXT NOT NULL,
    engine TEXT NOT NULL,             -- JSON; '' without a report, like the next
    engine_status TEXT NOT NULL);

  CREATE INDEX due_runs ON runs(due_ms) WHERE due_ms < 9223372036854775807;

  CREATE TABLE nodes(
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs(id),
    node_id TEXT NOT NULL,
    -- state of the latest attempt
    phase INTEGER NOT NULL,  -- 0 seen, 1 running, 2 retrying, 3 completed, 4 failed, 5 lost
    started_at TEXT NOT NULL,
    started_by TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    ended_at TEXT NOT NULL,
    ended_by INTEGER NOT NULL,        -- sequence of the event that ended it
    is_skipped INTEGER NOT NULL,
    failure_reason TEXT NOT NULL,
    failure_code TEXT NOT NULL,
    parent TEXT NOT NULL,
    -- sequences, and events by level
    first_event INTEGER NOT NULL,
    last_message INTEGER NOT NULL,
    debug INTEGER NOT NULL,
    info INTEGER NOT NULL,
    warn INTEGER NOT NULL,
    error INTEGER NOT NULL,
    UNIQUE(run, node_id));

  CREATE INDEX nodes_of_workers ON nodes(started_by, phase) WHERE phase IN (1, 5);
  CREATE INDEX nodes_in_order ON nodes(run, first_event);

  CREATE TABLE workers(
    session TEXT PRIMARY KEY,
    heard_ms INTEGER NOT NULL) WITHOUT ROWID;

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
  -- The key combines run and sequence in one integer (place_of), which is SQLite's fastest kind of
  -- key and keeps a run's events adjacent and in order.
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

  -- Each event at most once. An emitter belongs to one run.
  CREATE UNIQUE INDEX events_once ON events(emitter, emitter_sequence)
    WHERE emitter IS NOT NULL;
  CREATE UNIQUE INDEX foreign_events_once ON events(run, foreign_id)
    WHERE foreign_id IS NOT NULL;
)";

void create_tables(Database& database) {
  Transaction transaction(database);
  if (database.integer("PRAGMA user_version") == version) return;  // another process was first
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
    throw StoreError(fmt::format(
        "it is not a shiptrace database of schema version {}; use another file", version));
  }
  database.run(connection);
  if (empty) create_tables(database);
  // Fail now, not with the first events, when the file cannot be written.
  Transaction probe(database);
  database.run("UPDATE runs SET id = id WHERE id = -1");
}

}  // namespace trace::collector::store::sqlite
