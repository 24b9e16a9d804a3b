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
    "id, run_id, workflow_id, organization_id, registered_at, events, total_actions, open_nodes, "
    "completed_nodes, failed_nodes, cancelled, reopened, started_at, completed_at";

const std::string node_columns =
    "id, node_id, phase, started_at, started_by, failed_by, failure_reason, failure_code";

RunRow run_of_row(const Statement& row) {
  RunRow run;
  run.number = row.count(0);
  run.run_id = row.text(1);
  run.workflow_id = row.text(2);
  run.organization_id = row.text(3);
  run.registered_at = row.text(4);
  run.events = row.count(5);
  run.total_actions = static_cast<std::uint32_t>(row.count(6));
  run.open_nodes = row.count(7);
  run.completed_nodes = row.count(8);
  run.failed_nodes = row.count(9);
  run.cancelled = row.integer(10) != 0;
  run.reopened = row.integer(11) != 0;
  run.started_at = row.text(12);
  run.completed_at = row.text(13);
  return run;
}

NodeRow node_of_row(const Statement& row) {
  return {.number = row.count(0),
          .node_id = std::string(row.text(1)),
          .phase = static_cast<NodePhase>(row.integer(2)),
          .started_at = std::string(row.text(3)),
          .started_by = std::string(row.text(4)),
          .failed_by = row.count(5),
          .failure = {std::string(row.text(6)), std::string(row.text(7))}};
}

EventPayload event_of_row(const Statement& row, const std::string& run_id) {
  EventPayload event;
  event.id = row.text(0);
  event.run_id = run_id;
  event.node_id = row.text(1);
  event.type = type_from_name(row.text(2)).value_or(Type::progress);
  event.level = level_from_name(row.text(3)).value_or(Level::info);
  event.timestamp = row.text(4);
  event.message = row.optional_text(5);
  if (auto message = row.optional_text(6)) {
    event.error = ErrorInfo{std::move(*message), row.optional_text(7), row.optional_text(8)};
  }
  event.output_summary = row.optional_text(9);
  event.data = row.optional_text(10);
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
      insert_run_(database_, R"(
        INSERT INTO runs(run_id, workflow_id, organization_id, registered_at, status, events,
                         total_actions, open_nodes, completed_nodes, failed_nodes, cancelled,
                         reopened, started_at, completed_at)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING)"),
      update_run_(database_, R"(
        UPDATE runs SET workflow_id = ?, organization_id = ?, status = ?, events = ?,
                        total_actions = ?, open_nodes = ?, completed_nodes = ?, failed_nodes = ?,
                        cancelled = ?, reopened = ?, started_at = ?, completed_at = ?
        WHERE id = ? AND events = ? AND total_actions = ? AND workflow_id = ?
              AND organization_id = ?)"),
      find_node_(database_, "SELECT " + node_columns + " FROM nodes WHERE run = ? AND node_id = ?"),
      last_failed_node_(database_, "SELECT " + node_columns + R"( FROM nodes
        WHERE run = ? AND phase = ? ORDER BY failed_by DESC LIMIT 1)"),
      insert_node_(database_, "INSERT INTO nodes VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?)"),
      update_node_(database_, R"(
        UPDATE nodes SET phase = ?, started_at = ?, started_by = ?, failed_by = ?,
                         failure_reason = ?, failure_code = ?
        WHERE id = ?)"),
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
      insert_event_(database_,
                    "INSERT INTO events VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
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
  if (find_run_.bind(run_id).step()) found = run_of_row(find_run_);
  find_run_.reset();
  return found;
}

std::vector<RunRow> SqliteStore::runs(std::uint64_t before, std::size_t limit) {
  constexpr auto all = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::vector<RunRow> found;
  list_runs_.bind(before == 0 ? all : before, limit);
  while (list_runs_.step()) found.push_back(run_of_row(list_runs_));
  list_runs_.reset();
  return found;
}

NodeRow SqliteStore::node(std::uint64_t run, std::string_view node_id) {
  NodeRow row{.node_id = std::string(node_id)};
  if (find_node_.bind(run, node_id).step()) row = node_of_row(find_node_);
  find_node_.reset();
  return row;
}

EmitterRow SqliteStore::emitter(std::uint64_t run, std::string_view name) {
  EmitterRow row{.name = std::string(name)};
  if (find_emitter_.bind(run, name).step()) {
    row.number = find_emitter_.count(0);
    row.through = find_emitter_.count(1);
  }
  find_emitter_.reset();
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
    if (find_gap_.bind(emitter, sequence).step() && find_gap_.count(0) <= sequence) {
      found.push_back({find_gap_.count(0), find_gap_.count(1)});
    }
    find_gap_.reset();
  }
  return found;
}

std::optional<NodeRow> SqliteStore::last_failed_node(std::uint64_t run) {
  std::optional<NodeRow> found;
  const auto failed = static_cast<std::uint32_t>(NodePhase::failed);
  if (last_failed_node_.bind(run, failed).step()) found = node_of_row(last_failed_node_);
  last_failed_node_.reset();
  return found;
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
  count_gaps_.bind(run).step();
  gaps.ranges = count_gaps_.count(0);
  gaps.missing = count_gaps_.count(1);
  count_gaps_.reset();
  list_gaps_.bind(run, limit);
  while (list_gaps_.step()) {
    const std::string_view emitter = list_gaps_.text(0);
    if (gaps.emitters.empty() || gaps.emitters.back().emitter != emitter) {
      gaps.emitters.push_back({std::string(emitter), list_gaps_.count(1)});
    }
    gaps.emitters.back().missing.push_back({list_gaps_.count(2), list_gaps_.count(3)});
  }
  list_gaps_.reset();
  return gaps;
}

}  // namespace trace::collector::store::sqlite
