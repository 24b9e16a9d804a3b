// SPDX-License-Identifier: Apache-2.0
#include "memory_store.hpp"

#include <algorithm>

namespace trace::testing {

using namespace collector::store;

namespace {

template <class Row>
std::uint64_t next_number(const std::vector<Row>& rows) {
  return rows.size() + 1;
}

}  // namespace

std::optional<RunRow> MemoryStore::run(std::string_view run_id) {
  const std::lock_guard lock(database_->mutex);
  for (const auto& run : database_->runs) {
    if (run.row.run_id == run_id) return run.row;
  }
  return std::nullopt;
}

std::vector<RunRow> MemoryStore::runs(std::uint64_t before, std::size_t limit) {
  const std::lock_guard lock(database_->mutex);
  std::vector<RunRow> found;
  for (auto run = database_->runs.rbegin(); run != database_->runs.rend(); ++run) {
    if (found.size() == limit) break;
    if (before == 0 || run->row.number < before) found.push_back(run->row);
  }
  return found;
}

RunRows MemoryStore::rows(std::string_view run_id, std::span<const std::string_view> node_ids,
                          std::span<const std::string_view> emitters) {
  RunRows rows{.run = run(run_id)};
  if (!rows.run) return rows;
  const std::lock_guard lock(database_->mutex);
  const MemoryDatabase::StoredRun& stored = database_->runs[rows.run->number - 1];
  rows.run = stored.row;
  for (const std::string_view node_id : node_ids) {
    const auto place = stored.nodes.find(node_id);
    rows.nodes.push_back(place != stored.nodes.end() ? place->second
                                                     : NodeRow{.node_id = std::string(node_id)});
  }
  for (const std::string_view name : emitters) {
    const auto place = stored.emitters.find(name);
    rows.emitters.push_back(place != stored.emitters.end()
                                ? database_->emitters[place->second - 1].row
                                : EmitterRow{.name = std::string(name)});
  }
  return rows;
}

std::vector<bool> MemoryStore::stored(std::uint64_t run, std::span<const EventKey> keys) {
  const std::lock_guard lock(database_->mutex);
  std::vector<bool> found;
  for (const EventKey& key : keys) {
    found.push_back(key.emitter != 0
                        ? database_->emitters[key.emitter - 1].sequences.contains(key.sequence)
                        : database_->runs[run - 1].foreign_ids.contains(key.foreign_id));
  }
  return found;
}

std::vector<Range> MemoryStore::gaps_containing(std::uint64_t emitter,
                                                std::span<const std::uint64_t> sequences) {
  const std::lock_guard lock(database_->mutex);
  const auto& gaps = database_->emitters[emitter - 1].gaps;
  std::vector<Range> found;
  for (const std::uint64_t sequence : sequences) {
    if (!found.empty() && sequence <= found.back().last) continue;
    const auto place = gaps.lower_bound(sequence);
    if (place == gaps.end() || place->second > sequence) continue;
    found.push_back({place->second, place->first});
  }
  return found;
}

bool MemoryStore::is_current(const Append& changes) const {
  const auto& runs = database_->runs;
  if (!changes.expected) {
    return std::none_of(runs.begin(), runs.end(), [&](const MemoryDatabase::StoredRun& run) {
      return run.row.run_id == changes.run.run_id;
    });
  }
  const MemoryDatabase::StoredRun& run = runs[changes.expected->number - 1];
  if (run.row != *changes.expected) return false;
  for (const Append::Emitter& emitter : changes.emitters) {
    if (emitter.row.number == 0) {
      if (run.emitters.contains(emitter.row.name)) return false;
      continue;
    }
    const MemoryDatabase::StoredEmitter& stored = database_->emitters[emitter.row.number - 1];
    if (stored.row.through != emitter.expected_through) return false;
    for (const Range& gap : emitter.closed_gaps) {
      const auto place = stored.gaps.find(gap.last);
      if (place == stored.gaps.end() || place->second != gap.first) return false;
    }
  }
  return true;
}

bool MemoryStore::append(const Append& changes) {
  const std::lock_guard lock(database_->mutex);
  if (!is_current(changes)) return false;
  if (!changes.expected) {
    const std::uint64_t number = next_number(database_->runs);
    database_->runs.emplace_back().row.number = number;
  }
  MemoryDatabase::StoredRun& run =
      changes.expected ? database_->runs[changes.expected->number - 1] : database_->runs.back();
  const std::uint64_t number = run.row.number;
  run.row = changes.run;
  run.row.number = number;
  run.row.revision = changes.expected ? changes.expected->revision + 1 : 1;
  for (const Append::Node& node : changes.nodes) {
    const std::uint64_t node_number = node.row.number != 0 ? node.row.number : run.nodes.size() + 1;
    NodeRow& stored = run.nodes[node.row.node_id];
    if (node.row.number == 0 || node.changed) stored = node.row;
    stored.number = node_number;
  }
  std::vector<MemoryDatabase::StoredEmitter*> emitters;
  database_->emitters.reserve(database_->emitters.size() + changes.emitters.size());
  for (const Append::Emitter& emitter : changes.emitters) {
    std::uint64_t& emitter_number = run.emitters[emitter.row.name];
    if (emitter_number == 0) {
      emitter_number = next_number(database_->emitters);
      database_->emitters.emplace_back();
    }
    MemoryDatabase::StoredEmitter& stored = database_->emitters[emitter_number - 1];
    stored.row = emitter.row;
    stored.row.number = emitter_number;
    for (const Range& gap : emitter.closed_gaps) stored.gaps.erase(gap.last);
    for (const Range& gap : emitter.opened_gaps) stored.gaps.emplace(gap.last, gap.first);
    emitters.push_back(&stored);
  }
  for (const Append::Event& event : changes.events) {
    if (event.emitter == Append::no_emitter) {
      run.foreign_ids.insert(event.payload->id);
    } else {
      emitters[event.emitter]->sequences.insert(event.emitter_sequence);
    }
    run.events.push_back(*event.payload);
    run.events.back().id = std::to_string(run.events.size());
  }
  return true;
}

std::optional<NodeRow> MemoryStore::last_node_in(std::uint64_t run, NodePhase phase) {
  const std::lock_guard lock(database_->mutex);
  std::optional<NodeRow> last;
  for (const auto& [node_id, node] : database_->runs[run - 1].nodes) {
    if (node.phase != phase) continue;
    if (!last || node.ended_by > last->ended_by) last = node;
  }
  return last;
}

std::vector<NodeRow> MemoryStore::nodes(std::uint64_t run, std::uint64_t after, std::size_t limit) {
  const std::lock_guard lock(database_->mutex);
  std::vector<NodeRow> found;
  for (const auto& [node_id, node] : database_->runs[run - 1].nodes) {
    if (node.first_event > after) found.push_back(node);
  }
  std::sort(found.begin(), found.end(),
            [](const NodeRow& a, const NodeRow& b) { return a.first_event < b.first_event; });
  found.resize(std::min(found.size(), limit));
  return found;
}

void MemoryStore::hear(std::string_view session, std::int64_t now_ms) {
  const std::lock_guard lock(database_->mutex);
  std::int64_t& heard = database_->heard_ms[std::string(session)];
  heard = std::max(heard, now_ms);
}

std::vector<std::string> MemoryStore::silent_workers(std::int64_t before_ms, std::size_t limit) {
  std::vector<std::string> found;
  const auto heard = [&] {
    const std::lock_guard lock(database_->mutex);
    return database_->heard_ms;
  }();
  for (const auto& [session, heard_ms] : heard) {
    if (heard_ms >= before_ms || found.size() == limit) continue;
    if (!nodes_of_worker(session, NodePhase::running, 1).empty()) found.push_back(session);
  }
  return found;
}

std::vector<NodeKey> MemoryStore::nodes_of_worker(std::string_view session, NodePhase phase,
                                                  std::size_t limit) {
  const std::lock_guard lock(database_->mutex);
  std::vector<NodeKey> found;
  for (const MemoryDatabase::StoredRun& run : database_->runs) {
    for (const auto& [node_id, node] : run.nodes) {
      if (node.phase != phase || node.started_by != session || found.size() == limit) continue;
      found.push_back({run.row.run_id, node_id});
    }
  }
  return found;
}

std::vector<std::string> MemoryStore::due_runs(std::int64_t now_ms, std::size_t limit) {
  const std::lock_guard lock(database_->mutex);
  std::vector<std::string> found;
  for (const MemoryDatabase::StoredRun& run : database_->runs) {
    if (run.row.due_ms < now_ms && found.size() < limit) found.push_back(run.row.run_id);
  }
  return found;
}

std::vector<EventPayload> MemoryStore::events(const RunRow& run, std::uint64_t after,
                                              std::size_t limit, std::size_t bytes) {
  const std::lock_guard lock(database_->mutex);
  const auto& events = database_->runs[run.number - 1].events;
  std::vector<EventPayload> page;
  std::size_t size = 0;
  for (std::size_t i = after; i < events.size() && page.size() < limit && size <= bytes; ++i) {
    page.push_back(events[i]);
    size += sizeof(EventPayload) + to_json(events[i]).size();
  }
  return page;
}

RunGaps MemoryStore::gaps(std::uint64_t run, std::size_t limit) {
  const std::lock_guard lock(database_->mutex);
  RunGaps gaps;
  for (const auto& [name, number] : database_->runs[run - 1].emitters) {
    const MemoryDatabase::StoredEmitter& emitter = database_->emitters[number - 1];
    EmitterGaps listed{.emitter = name, .highest = emitter.row.through};
    for (const auto& [last, first] : emitter.gaps) {
      if (gaps.ranges++ < limit) listed.missing.push_back({first, last});
      gaps.missing += last - first + 1;
    }
    if (!listed.missing.empty()) gaps.emitters.push_back(std::move(listed));
  }
  return gaps;
}

}  // namespace trace::testing
