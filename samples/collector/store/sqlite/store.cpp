// SPDX-License-Identifier: Apache-2.0
#include "collector/store/sqlite/store.hpp"

#include <algorithm>
#include <limits>

#include "collector/store/sqlite/schema.hpp"

namespace trace::collector::store::sqlite {
namespace {

Database opened(const std::string& path) {
  Database database(path);
  prepare_schema(database);
  return database;
}

const std::string run_columns =
    "id, run_id, workflow_id, organization_id, registered_at, revision, due_ms, events, "
    "total_actions, running_nodes, lost_nodes, retrying_nodes, completed_nodes, failed_nodes, "
    "started_at, ended_at, cancelled_at, finished_at, lost_at, last_start_at, is_quiet, "
    "completed_at, "
    "engine, engine_status";

const std::string node_columns =
    "id, node_id, phase, started_at, started_by, attempts, ended_at, ended_by, is_skipped, "
    "failure_reason, failure_code, parent, first_event, last_message, debug, info, warn, error";

// A statement costs as much as inserting a row of it: half the cost with eight rows, little less
// with more.
constexpr std::size_t events_at_once = 8;

// A failure ends the transaction: without that, SQLite would prepare to undo the statement alone.
std::string insert_of_events(std::size_t rows) {
  std::string sql = "INSERT OR ROLLBACK INTO events VALUES";
  for (std::size_t row = 0; row < rows; ++row) {
    sql += row == 0 ? "" : ",";
    sql += "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  }
  return sql;
}

RunRow run_of_row(const Statement& row) {
  RunRow run;
  std::string engine_status;
  row.read(run.number, run.run_id, run.workflow_id, run.organization_id, run.registered_at,
           run.revision, run.due_ms, run.events, run.total_actions, run.running_nodes,
           run.lost_nodes, run.retrying_nodes, run.completed_nodes, run.failed_nodes,
           run.started_at, run.ended_at, run.cancelled_at, run.finished_at, run.lost_at,
           run.last_start_at, run.is_quiet, run.completed_at, run.engine, engine_status);
  run.engine_status = run_status_from_name(engine_status);
  return run;
}

NodeRow node_of_row(const Statement& row) {
  NodeRow node;
  row.read(node.number, node.node_id, node.phase, node.started_at, node.started_by, node.attempts,
           node.ended_at, node.ended_by, node.is_skipped, node.failure.reason, node.failure.code,
           node.parent, node.first_event, node.last_message, node.levels[0], node.levels[1],
           node.levels[2], node.levels[3]);
  return node;
}

EventPayload event_of_row(const Statement& row, const std::string& run_id) {
  EventPayload event;
  event.run_id = run_id;
  std::string type, level;
  std::optional<std::string> error_message, error_stack, error_code;
  row.read(event.id, event.node_id, type, level, event.timestamp, event.message, error_message,
           error_stack, error_code, event.output_summary, event.data);
  event.type = type_from_name(type).value_or(Type::progress);
  event.level = level_from_name(level).value_or(Level::info);
  if (error_message) {
    event.error =
        ErrorInfo{std::move(*error_message), std::move(error_stack), std::move(error_code)};
  }
  return event;
}

std::size_t size_of(const EventPayload& event) {
  const auto size = [](const std::optional<std::string>& text) { return text ? text->size() : 0; };
  std::size_t bytes = sizeof(EventPayload) + event.node_id.size() + size(event.message) +
                      size(event.output_summary) + size(event.data);
  if (event.error) bytes += event.error->message.size() + size(event.error->stack);
  return bytes;
}

}  // namespace

SqliteStore::SqliteStore(const std::string& path)
    : database_(opened(path)),
      begin_read_(database_, "BEGIN"),
      end_read_(database_, "COMMIT"),
      find_run_(database_, "SELECT " + run_columns + " FROM runs WHERE run_id = ?"),
      list_runs_(database_,
                 "SELECT " + run_columns + " FROM runs WHERE id < ? ORDER BY id DESC LIMIT ?"),
      insert_run_(database_, "INSERT INTO runs(run_id, status, " + run_columns.substr(12) +
                                 R"() VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                                 ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING)"),
      update_run_(database_, R"(
        UPDATE runs SET status = ?, workflow_id = ?, organization_id = ?, registered_at = ?,
                        revision = ?, due_ms = ?, events = ?, total_actions = ?,
                        running_nodes = ?, lost_nodes = ?, retrying_nodes = ?,
                        completed_nodes = ?, failed_nodes = ?, started_at = ?, ended_at = ?,
                        cancelled_at = ?, finished_at = ?, lost_at = ?, last_start_at = ?, is_quiet = ?,
                        completed_at = ?, engine = ?, engine_status = ?
        WHERE id = ? AND revision = ?)"),
      find_node_(database_, "SELECT " + node_columns + " FROM nodes WHERE run = ? AND node_id = ?"),
      last_node_(database_, "SELECT " + node_columns + R"( FROM nodes
        WHERE run = ? AND phase = ? ORDER BY ended_by DESC, first_event DESC LIMIT 1)"),
      list_nodes_(database_, "SELECT " + node_columns + R"( FROM nodes
        WHERE run = ? AND first_event > ? ORDER BY first_event LIMIT ?)"),
      insert_node_(database_, R"(INSERT INTO nodes
        VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))"),
      update_node_(database_, R"(
        UPDATE nodes SET phase = ?, started_at = ?, started_by = ?, attempts = ?, ended_at = ?,
                         ended_by = ?, is_skipped = ?, failure_reason = ?, failure_code = ?,
                         parent = ?, first_event = ?, last_message = ?, debug = ?, info = ?,
                         warn = ?, error = ?
        WHERE id = ?)"),
      hear_worker_(database_, R"(
        INSERT INTO workers VALUES(?, ?)
        ON CONFLICT DO UPDATE SET heard_ms = max(heard_ms, excluded.heard_ms))"),
      silent_workers_(database_, R"(
        SELECT DISTINCT session FROM nodes CROSS JOIN workers ON session = started_by
        WHERE phase = 1 AND heard_ms < ? LIMIT ?)"),
      nodes_of_worker_(database_, R"(
        SELECT run_id, node_id FROM nodes JOIN runs ON runs.id = nodes.run
        WHERE started_by = ? AND phase = ? AND phase IN (1, 5) LIMIT ?)"),
      due_runs_(database_, R"(
        SELECT run_id FROM runs WHERE due_ms < 9223372036854775807 AND due_ms < ?
        ORDER BY due_ms LIMIT ?)"),
      find_emitter_(database_, "SELECT id, through FROM emitters WHERE run = ? AND name = ?"),
      insert_emitter_(database_,
                      "INSERT INTO emitters VALUES(NULL, ?, ?, ?) ON CONFLICT DO NOTHING"),
      update_emitter_(database_, "UPDATE emitters SET through = ? WHERE id = ? AND through = ?"),
      find_event_(database_, "SELECT 1 FROM events WHERE emitter = ? AND emitter_sequence = ?"),
      find_foreign_event_(database_, "SELECT 1 FROM events WHERE run = ? AND foreign_id = ?"),
      list_events_(database_, R"(
        SELECT sequence, node_id, type, level, timestamp, message, error_message, error_stack,
               error_code, output_summary, data
        FROM events CROSS JOIN nodes ON nodes.id = events.node
        WHERE place > ? AND place <= ? ORDER BY place LIMIT ?)"),
      insert_event_(database_, insert_of_events(1)),
      insert_events_(database_, insert_of_events(events_at_once)),
      find_gap_(database_, R"(
        SELECT first, last FROM gaps WHERE emitter = ? AND last >= ? ORDER BY last LIMIT 1)"),
      insert_gap_(database_, "INSERT INTO gaps(emitter, first, last) VALUES(?, ?, ?)"),
      delete_gap_(database_, "DELETE FROM gaps WHERE emitter = ? AND first = ? AND last = ?"),
      count_gaps_(database_, R"(
        SELECT count(*), total(last - first + 1)
        FROM emitters JOIN gaps ON gaps.emitter = emitters.id WHERE run = ?)"),
      list_gaps_(database_, R"(
        SELECT name, through, first, last
        FROM emitters CROSS JOIN gaps ON gaps.emitter = emitters.id
        WHERE run = ? ORDER BY name, last LIMIT ?)") {}

std::optional<RunRow> SqliteStore::run(std::string_view run_id) {
  std::optional<RunRow> found;
  find_run_.bind(run_id).for_each([&] { found = run_of_row(find_run_); });
  return found;
}

std::vector<RunRow> SqliteStore::runs(std::uint64_t before, std::size_t limit) {
  constexpr auto all = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::vector<RunRow> found;
  list_runs_.bind(before == 0 ? all : before, limit).for_each([&] {
    found.push_back(run_of_row(list_runs_));
  });
  return found;
}

NodeRow SqliteStore::node(std::uint64_t run, std::string_view node_id) {
  NodeRow row{.node_id = std::string(node_id)};
  find_node_.bind(run, node_id).for_each([&] { row = node_of_row(find_node_); });
  return row;
}

EmitterRow SqliteStore::emitter(std::uint64_t run, std::string_view name) {
  EmitterRow row{.name = std::string(name)};
  find_emitter_.bind(run, name).for_each([&] { find_emitter_.read(row.number, row.through); });
  return row;
}

RunRows SqliteStore::rows(std::string_view run_id, std::span<const std::string_view> node_ids,
                          std::span<const std::string_view> emitters) {
  const ReadTransaction snapshot(begin_read_, end_read_);
  RunRows rows{.run = run(run_id)};
  if (!rows.run) return rows;
  for (const std::string_view node_id : node_ids) {
    rows.nodes.push_back(node(rows.run->number, node_id));
  }
  for (const std::string_view name : emitters) {
    rows.emitters.push_back(emitter(rows.run->number, name));
  }
  return rows;
}

std::vector<bool> SqliteStore::stored(std::uint64_t run, std::span<const EventKey> keys) {
  const ReadTransaction snapshot(begin_read_, end_read_);
  std::vector<bool> found;
  found.reserve(keys.size());
  for (const EventKey& key : keys) {
    found.push_back(key.emitter != 0 ? find_event_.bind(key.emitter, key.sequence).finds_row()
                                     : find_foreign_event_.bind(run, key.foreign_id).finds_row());
  }
  return found;
}

std::vector<Range> SqliteStore::gaps_containing(std::uint64_t emitter,
                                                std::span<const std::uint64_t> sequences) {
  const ReadTransaction snapshot(begin_read_, end_read_);
  std::vector<Range> found;
  for (const std::uint64_t sequence : sequences) {
    if (!found.empty() && sequence <= found.back().last) continue;
    find_gap_.bind(emitter, sequence).for_each([&] {
      Range gap;
      find_gap_.read(gap.first, gap.last);
      if (gap.first <= sequence) found.push_back(gap);
    });
  }
  return found;
}

std::optional<NodeRow> SqliteStore::last_node_in(std::uint64_t run, NodePhase phase) {
  std::optional<NodeRow> found;
  last_node_.bind(run, phase).for_each([&] { found = node_of_row(last_node_); });
  return found;
}

std::vector<NodeRow> SqliteStore::nodes(std::uint64_t run, std::uint64_t after, std::size_t limit) {
  std::vector<NodeRow> found;
  list_nodes_.bind(run, after, limit).for_each([&] { found.push_back(node_of_row(list_nodes_)); });
  return found;
}

void SqliteStore::hear(std::string_view session, std::int64_t now_ms) {
  hear_worker_.bind(session, now_ms).execute();
}

std::vector<std::string> SqliteStore::silent_workers(std::int64_t before_ms, std::size_t limit) {
  std::vector<std::string> sessions;
  silent_workers_.bind(before_ms, limit).for_each([&] {
    silent_workers_.read(sessions.emplace_back());
  });
  return sessions;
}

std::vector<NodeKey> SqliteStore::nodes_of_worker(std::string_view session, NodePhase phase,
                                                  std::size_t limit) {
  std::vector<NodeKey> keys;
  nodes_of_worker_.bind(session, phase, limit).for_each([&] {
    NodeKey& key = keys.emplace_back();
    nodes_of_worker_.read(key.run_id, key.node_id);
  });
  return keys;
}

std::vector<std::string> SqliteStore::due_runs(std::int64_t now_ms, std::size_t limit) {
  std::vector<std::string> runs;
  due_runs_.bind(now_ms, limit).for_each([&] { due_runs_.read(runs.emplace_back()); });
  return runs;
}

std::vector<EventPayload> SqliteStore::events(const RunRow& run, std::uint64_t after,
                                              std::size_t limit, std::size_t bytes) {
  std::vector<EventPayload> page;
  std::size_t size = 0;
  list_events_.bind(place_of(run.number, std::min(after, largest_sequence)),
                    place_of(run.number, largest_sequence), limit);
  while (size <= bytes && list_events_.step()) {
    page.push_back(event_of_row(list_events_, run.run_id));
    size += size_of(page.back());
  }
  list_events_.reset();
  return page;
}

RunGaps SqliteStore::gaps(std::uint64_t run, std::size_t limit) {
  RunGaps gaps;
  count_gaps_.bind(run).for_each([&] { count_gaps_.read(gaps.ranges, gaps.missing); });
  list_gaps_.bind(run, limit).for_each([&] {
    EmitterGaps emitter;
    Range range;
    list_gaps_.read(emitter.emitter, emitter.highest, range.first, range.last);
    if (gaps.emitters.empty() || gaps.emitters.back().emitter != emitter.emitter) {
      gaps.emitters.push_back(std::move(emitter));
    }
    gaps.emitters.back().missing.push_back(range);
  });
  return gaps;
}

// The compare-and-append of one envelope's changes.
bool SqliteStore::append(const Append& changes) {
  Transaction transaction(database_);
  std::uint64_t run = 0;
  if (!write_run(changes, run)) return false;
  const std::vector<std::uint64_t> nodes = write_nodes(changes, run);
  std::vector<std::uint64_t> emitters;
  for (const Append::Emitter& emitter : changes.emitters) {
    if (!write_emitter(emitter, run, emitters.emplace_back())) return false;
  }
  write_events(changes, run, nodes, emitters);
  transaction.commit();
  return true;
}

bool SqliteStore::write_run(const Append& changes, std::uint64_t& number) {
  const RunRow& run = changes.run;
  const std::string_view engine_status = run.engine_status ? name(*run.engine_status) : "";
  const std::uint64_t revision = changes.expected ? changes.expected->revision + 1 : 1;
  const auto bind = [&](Statement& statement, const auto&... keys) -> Statement& {
    return statement.bind(keys..., name(changes.status), run.workflow_id, run.organization_id,
                          run.registered_at, revision, run.due_ms, run.events, run.total_actions,
                          run.running_nodes, run.lost_nodes, run.retrying_nodes,
                          run.completed_nodes, run.failed_nodes, run.started_at, run.ended_at,
                          run.cancelled_at, run.finished_at, run.lost_at, run.last_start_at,
                          run.is_quiet, run.completed_at, run.engine, engine_status);
  };
  if (!changes.expected) {
    bind(insert_run_, run.run_id).execute();
    number = new_row();
  } else {
    number = changes.expected->number;
    bind(update_run_);
    update_run_.bind_more(number, changes.expected->revision).execute();
  }
  if (!changed_one_row()) return false;
  if (number > largest_run || run.events > largest_sequence) {
    throw StoreError("the database is full; start with a new one");
  }
  return true;
}

// Nodes change only together with their run, so the comparison of the run covers them.
std::vector<std::uint64_t> SqliteStore::write_nodes(const Append& changes, std::uint64_t run) {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(changes.nodes.size());
  for (const auto& [row, changed] : changes.nodes) {
    const auto bind = [&node = row](Statement& statement, const auto&... keys) -> Statement& {
      return statement.bind(keys..., node.phase, node.started_at, node.started_by, node.attempts,
                            node.ended_at, node.ended_by, node.is_skipped, node.failure.reason,
                            node.failure.code, node.parent, node.first_event, node.last_message,
                            node.levels[0], node.levels[1], node.levels[2], node.levels[3]);
    };
    if (row.number == 0) {
      bind(insert_node_, run, row.node_id).execute();
    } else if (changed) {
      bind(update_node_);
      update_node_.bind_more(row.number).execute();
    }
    numbers.push_back(row.number == 0 ? new_row() : row.number);
  }
  return numbers;
}

bool SqliteStore::write_emitter(const Append::Emitter& emitter, std::uint64_t run,
                                std::uint64_t& number) {
  const EmitterRow& row = emitter.row;
  number = row.number;
  if (number == 0) {
    insert_emitter_.bind(run, row.name, row.through).execute();
    if (!changed_one_row()) return false;
    number = new_row();
  } else {  // compares, even where nothing changes
    update_emitter_.bind(row.through, number, emitter.expected_through).execute();
    if (!changed_one_row()) return false;
  }
  for (const Range& gap : emitter.closed_gaps) {
    delete_gap_.bind(number, gap.first, gap.last).execute();
    if (!changed_one_row()) return false;
  }
  for (const Range& gap : emitter.opened_gaps) {
    insert_gap_.bind(number, gap.first, gap.last).execute();
  }
  return true;
}

void SqliteStore::write_events(const Append& changes, std::uint64_t run,
                               const std::vector<std::uint64_t>& nodes,
                               const std::vector<std::uint64_t>& emitters) {
  using Text = std::optional<std::string_view>;
  using Number = std::optional<std::uint64_t>;
  std::uint64_t sequence = changes.run.events - changes.events.size();
  const auto bind = [&](Statement& insert, std::size_t row, const Append::Event& event) {
    const EventPayload& payload = *event.payload;
    const bool is_foreign = event.emitter == Append::no_emitter;
    Text error_message, error_stack, error_code;
    if (payload.error) {
      error_message = payload.error->message;
      error_stack = payload.error->stack;
      error_code = payload.error->code;
    }
    insert.bind_row(row, place_of(run, ++sequence), nodes[event.node],
                    is_foreign ? Number() : emitters[event.emitter],
                    is_foreign ? Number() : event.emitter_sequence,
                    is_foreign ? Text(payload.id) : Text(), name(payload.type), name(payload.level),
                    payload.timestamp, payload.message, error_message, error_stack, error_code,
                    payload.output_summary, payload.data);
  };
  std::span<const Append::Event> rest = changes.events;
  while (!rest.empty()) {
    const std::size_t rows = rest.size() >= events_at_once ? events_at_once : 1;
    Statement& insert = rows == 1 ? insert_event_ : insert_events_;
    insert.clear();
    for (std::size_t row = 0; row < rows; ++row) bind(insert, row, rest[row]);
    insert.execute();
    rest = rest.subspan(rows);
  }
}

}  // namespace trace::collector::store::sqlite
