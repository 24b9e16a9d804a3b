#include "sqlite_taking.hpp"

#include "sqlite_schema.hpp"
#include "wall_clock.hpp"

namespace trace::collector {

Taken SqliteTaking::take() {
  open_run();
  for (const EventPayload& event : judged_.envelope.events) take_event(event);
  for (const JudgedEnvelope::Invalid& invalid : judged_.invalid) {
    const auto id = parse_emitter_id(invalid.id);
    if (!id) continue;
    note(emitter(id->emitter), id->sequence);
  }
  write_back();
  for (const auto& [name, from] : emitters_.by_name) {
    taken_.through.emplace_back(name, from.through);
  }
  taken_.last_sequence = run_.state.events;
  taken_.status = run_.state.status();
  return std::move(taken_);
}

void SqliteTaking::open_run() {
  const StreamEnvelope& envelope = judged_.envelope;
  auto found = store_.run(envelope.run_id);
  if (!found) {
    store_.insert_run_.bind(envelope.run_id, timestamp_now()).execute();
    found = store_.run(envelope.run_id);
  }
  run_ = std::move(*found);
  const std::size_t more = envelope.events.size();
  if (run_.number > largest_run || run_.state.events + more > largest_sequence) {
    throw StoreError("the database is full: begin a new one");
  }
  // What an envelope does not tell stays as it was.
  if (envelope.workflow_id && !envelope.workflow_id->empty()) {
    run_.workflow_id = *envelope.workflow_id;
  }
  if (envelope.organization_id && !envelope.organization_id->empty()) {
    run_.organization_id = *envelope.organization_id;
  }
  if (envelope.total_actions && *envelope.total_actions != run_.state.total_actions) {
    run_.state.set_total_actions(*envelope.total_actions, timestamp_now());
  }
}

void SqliteTaking::take_event(const EventPayload& event) {
  const auto id = parse_emitter_id(event.id);
  Emitter* from = id ? &emitter(id->emitter) : nullptr;
  Node& at = node(event.node_id);
  if (!insert(event, at, from, id ? id->sequence : 0)) {
    ++taken_.duplicates;
    return;
  }
  ++taken_.accepted;
  if (from != nullptr) note(*from, id->sequence);
  const std::string_view session = id ? id->session : std::string_view();
  const bool failed = run_.state.apply(at.state, observe(event, session));
  if (failed) {
    at.failure = failure_of(event);
    at.failed_by = run_.state.events;
  }
  if (event.type != Type::progress) at.changed = true;
}

// False when the event is stored already. Its would-be sequence is free for the next one then.
bool SqliteTaking::insert(const EventPayload& event, const Node& node, const Emitter* emitter,
                          std::uint64_t emitter_sequence) {
  using Text = std::optional<std::string_view>;
  std::optional<std::int64_t> emitter_number;
  std::optional<std::uint64_t> number_of_emitter;
  Text foreign_id;
  if (emitter != nullptr) {
    emitter_number = emitter->number;
    number_of_emitter = emitter_sequence;
  } else {
    foreign_id = event.id;
  }
  Text error_message, error_stack, error_code;
  if (event.error) {
    error_message = event.error->message;
    error_stack = event.error->stack;
    error_code = event.error->code;
  }
  store_.insert_event_
      .bind(place_of(run_.number, run_.state.events + 1), node.number, emitter_number,
            number_of_emitter, foreign_id, name(event.type), name(event.level), event.timestamp,
            event.message, error_message, error_stack, error_code, event.output_summary, event.data)
      .execute();
  return store_.database_.changes() == 1;
}

// The event is stored or rejected. What is noted again changes nothing.
void SqliteTaking::note(Emitter& from, std::uint64_t sequence) {
  if (sequence <= from.through) {
    store_.gaps_.fill(from.number, sequence);
    return;
  }
  if (sequence > from.through + 1) {
    store_.gaps_.open(from.number, from.through + 1, sequence - 1);
  }
  from.through = sequence;
}

SqliteTaking::Node& SqliteTaking::node(const std::string& node_id) {
  if (nodes_.last != nullptr && nodes_.last->first == node_id) return nodes_.last->second;
  const auto [place, is_new] = nodes_.by_name.try_emplace(node_id);
  nodes_.last = &*place;
  Node& entry = place->second;
  if (!is_new) return entry;

  Statement& find = store_.find_node_;
  if (find.bind(run_.number, node_id).step()) {
    entry.number = find.integer(0);
    entry.state.phase = static_cast<NodeState::Phase>(find.integer(1));
    entry.state.started_at = find.text(2);
    entry.state.started_by = find.text(3);
    entry.failed_by = find.count(4);
    entry.failure = {std::string(find.text(5)), std::string(find.text(6))};
  } else {
    store_.insert_node_.bind(run_.number, node_id).execute();
    entry.number = store_.database_.last_insert_rowid();
  }
  find.reset();
  return entry;
}

SqliteTaking::Emitter& SqliteTaking::emitter(std::string_view name) {
  if (emitters_.last != nullptr && emitters_.last->first == name) return emitters_.last->second;
  auto place = emitters_.by_name.find(name);
  const bool is_new = place == emitters_.by_name.end();
  if (is_new) place = emitters_.by_name.try_emplace(std::string(name)).first;
  emitters_.last = &*place;
  Emitter& entry = place->second;
  if (!is_new) return entry;

  Statement& find = store_.find_emitter_;
  if (find.bind(run_.number, name).step()) {
    entry.number = find.integer(0);
    entry.stored_through = entry.through = find.count(1);
  } else {
    store_.insert_emitter_.bind(run_.number, name).execute();
    entry.number = store_.database_.last_insert_rowid();
  }
  find.reset();
  return entry;
}

void SqliteTaking::write_back() {
  const RunState& state = run_.state;
  store_.update_run_
      .bind(run_.workflow_id, run_.organization_id, name(state.status()), state.events,
            state.total_actions, state.open_nodes, state.completed_nodes, state.failed_nodes,
            state.cancelled, state.reopened, state.started_at, state.completed_at, run_.number)
      .execute();
  for (const auto& [node_id, at] : nodes_.by_name) {
    if (!at.changed) continue;
    store_.update_node_
        .bind(static_cast<std::uint32_t>(at.state.phase), at.state.started_at, at.state.started_by,
              at.failed_by, at.failure.reason, at.failure.code, at.number)
        .execute();
  }
  for (const auto& [name, from] : emitters_.by_name) {
    if (from.through == from.stored_through) continue;
    store_.update_emitter_.bind(from.through, from.number).execute();
  }
}

}  // namespace trace::collector
