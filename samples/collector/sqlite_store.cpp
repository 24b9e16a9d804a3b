#include "sqlite_store.hpp"

#include <algorithm>
#include <limits>

#include "sqlite_schema.hpp"
#include "sqlite_taking.hpp"

namespace trace::collector {
namespace {

Database opened(const std::string& path) {
  Database database(path);
  prepare_schema(database);
  return database;
}

const std::string run_columns =
    "id, run_id, workflow_id, organization_id, registered_at, events, total_actions, open_nodes, "
    "completed_nodes, failed_nodes, cancelled, reopened, started_at, completed_at";

RunRecord run_of_row(const Statement& row) {
  RunRecord run;
  run.number = row.count(0);
  run.run_id = row.text(1);
  run.workflow_id = row.text(2);
  run.organization_id = row.text(3);
  run.registered_at = row.text(4);
  RunState& state = run.state;
  state.events = row.count(5);
  state.total_actions = static_cast<std::uint32_t>(row.count(6));
  state.open_nodes = row.count(7);
  state.completed_nodes = row.count(8);
  state.failed_nodes = row.count(9);
  state.cancelled = row.integer(10) != 0;
  state.reopened = row.integer(11) != 0;
  state.started_at = row.text(12);
  state.completed_at = row.text(13);
  return run;
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
      find_run_(database_, "SELECT " + run_columns + " FROM runs WHERE run_id = ?"),
      list_runs_(database_,
                 "SELECT " + run_columns + " FROM runs WHERE id < ? ORDER BY id DESC LIMIT ?"),
      failed_node_(database_, R"(
        SELECT node_id, failure_reason, failure_code FROM nodes WHERE run = ? AND phase = ?
        ORDER BY failed_by DESC LIMIT 1)"),
      read_events_(database_, R"(
        SELECT sequence, node_id, type, level, timestamp, message, error_message, error_stack,
               error_code, output_summary, data
        FROM events CROSS JOIN nodes ON nodes.id = events.node
        WHERE place > ? AND place <= ? ORDER BY place LIMIT ?)"),
      insert_run_(database_, R"(
        INSERT INTO runs(run_id, workflow_id, organization_id, registered_at, status, events,
                         total_actions, open_nodes, completed_nodes, failed_nodes, cancelled,
                         reopened, started_at, completed_at)
        VALUES(?, '', '', ?, 'QUEUED', 0, 0, 0, 0, 0, 0, 0, '', ''))"),
      update_run_(database_, R"(
        UPDATE runs SET workflow_id = ?, organization_id = ?, status = ?, events = ?,
                        total_actions = ?, open_nodes = ?, completed_nodes = ?, failed_nodes = ?,
                        cancelled = ?, reopened = ?, started_at = ?, completed_at = ?
        WHERE id = ?)"),
      find_node_(database_, R"(
        SELECT id, phase, started_at, started_by, failed_by, failure_reason, failure_code
        FROM nodes WHERE run = ? AND node_id = ?)"),
      insert_node_(database_, "INSERT INTO nodes VALUES(NULL, ?, ?, 0, '', '', 0, '', '')"),
      update_node_(database_, R"(
        UPDATE nodes SET phase = ?, started_at = ?, started_by = ?, failed_by = ?,
                         failure_reason = ?, failure_code = ?
        WHERE id = ?)"),
      find_emitter_(database_, "SELECT id, through FROM emitters WHERE run = ? AND name = ?"),
      insert_emitter_(database_, "INSERT INTO emitters VALUES(NULL, ?, ?, 0)"),
      update_emitter_(database_, "UPDATE emitters SET through = ? WHERE id = ?"),
      insert_event_(database_, R"(
        INSERT INTO events VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT(emitter, emitter_sequence) WHERE emitter IS NOT NULL DO NOTHING
        ON CONFLICT(run, foreign_id) WHERE foreign_id IS NOT NULL DO NOTHING)"),
      gaps_(database_) {}

Taken SqliteStore::take(const JudgedEnvelope& judged) {
  Transaction transaction(database_);
  Taken taken = SqliteTaking(*this, judged).take();
  transaction.commit();
  return taken;
}

std::optional<RunRecord> SqliteStore::run(std::string_view run_id) {
  std::optional<RunRecord> found;
  if (find_run_.bind(run_id).step()) found = run_of_row(find_run_);
  find_run_.reset();
  return found;
}

std::optional<FailedNode> SqliteStore::failed_node(const RunRecord& run) {
  std::optional<FailedNode> found;
  const auto failed = static_cast<std::uint32_t>(NodeState::Phase::failed);
  if (failed_node_.bind(run.number, failed).step()) {
    found = FailedNode{std::string(failed_node_.text(0)),
                       {std::string(failed_node_.text(1)), std::string(failed_node_.text(2))}};
  }
  failed_node_.reset();
  return found;
}

std::vector<RunRecord> SqliteStore::runs(std::uint64_t before, std::size_t limit) {
  constexpr auto all = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::vector<RunRecord> found;
  list_runs_.bind(before == 0 ? all : before, limit);
  while (list_runs_.step()) found.push_back(run_of_row(list_runs_));
  list_runs_.reset();
  return found;
}

std::vector<EventPayload> SqliteStore::events(const RunRecord& run, std::uint64_t after,
                                              std::size_t limit, std::size_t bytes) {
  std::vector<EventPayload> page;
  std::size_t taken = 0;
  read_events_.bind(place_of(run.number, std::min(after, largest_sequence)),
                    place_of(run.number, largest_sequence), limit);
  while (taken <= bytes && read_events_.step()) {
    page.push_back(event_of_row(read_events_, run.run_id));
    taken += size_of(page.back());
  }
  read_events_.reset();
  return page;
}

RunGaps SqliteStore::gaps(const RunRecord& run, std::size_t limit) {
  return gaps_.of_run(run.number, limit);
}

}  // namespace trace::collector
