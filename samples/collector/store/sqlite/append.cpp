// SPDX-License-Identifier: Apache-2.0
// SqliteStore::append: the compare-and-append of one envelope's changes.
#include "collector/store/sqlite/schema.hpp"
#include "collector/store/sqlite/store.hpp"

namespace trace::collector::store::sqlite {

bool SqliteStore::append(const Append& changes) {
  if (changes.run.external != ExternalFacts{}) {
    throw StoreError("this version of the database cannot store a fact from outside the events");
  }
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

// Compares the columns that can change without the others: everything else in the row changes only
// together with `events` or `total_actions`.
bool SqliteStore::write_run(const Append& changes, std::uint64_t& number) {
  const RunRow& run = changes.run;
  if (!changes.expected) {
    insert_run_
        .bind(run.run_id, run.workflow_id, run.organization_id, run.registered_at,
              name(changes.status), run.events, run.total_actions, run.open_nodes,
              run.completed_nodes, run.failed_nodes, run.cancelled, run.reopened, run.started_at,
              run.completed_at)
        .execute();
    number = new_row();
  } else {
    const RunRow& expected = *changes.expected;
    number = expected.number;
    update_run_
        .bind(run.workflow_id, run.organization_id, name(changes.status), run.events,
              run.total_actions, run.open_nodes, run.completed_nodes, run.failed_nodes,
              run.cancelled, run.reopened, run.started_at, run.completed_at, expected.number,
              expected.events, expected.total_actions, expected.workflow_id,
              expected.organization_id)
        .execute();
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
    const auto phase = static_cast<std::uint32_t>(row.phase);
    if (row.number == 0) {
      insert_node_
          .bind(run, row.node_id, phase, row.started_at, row.started_by, row.failed_by,
                row.failure.reason, row.failure.code)
          .execute();
    } else if (changed) {
      update_node_
          .bind(phase, row.started_at, row.started_by, row.failed_by, row.failure.reason,
                row.failure.code, row.number)
          .execute();
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
  for (const Append::Event& event : changes.events) {
    const EventPayload& payload = *event.payload;
    const bool is_foreign = event.emitter == Append::no_emitter;
    Text error_message, error_stack, error_code;
    if (payload.error) {
      error_message = payload.error->message;
      error_stack = payload.error->stack;
      error_code = payload.error->code;
    }
    insert_event_
        .bind(place_of(run, ++sequence), nodes[event.node],
              is_foreign ? Number() : emitters[event.emitter],
              is_foreign ? Number() : event.emitter_sequence,
              is_foreign ? Text(payload.id) : Text(), name(payload.type), name(payload.level),
              payload.timestamp, payload.message, error_message, error_stack, error_code,
              payload.output_summary, payload.data)
        .execute();
  }
}

}  // namespace trace::collector::store::sqlite
