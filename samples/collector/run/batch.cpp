// SPDX-License-Identifier: Apache-2.0
#include "collector/run/batch.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "collector/run/emitter_id.hpp"
#include "collector/run/status.hpp"
#include "collector/run/wall_clock.hpp"

namespace trace::collector::run {

using store::Append;
using store::EmitterRow;
using store::Range;
using store::RunRow;

namespace {

constexpr std::uint32_t none = UINT32_MAX;

// Gives each distinct name an index. Consecutive events usually share node and emitter.
class NameIndex {
 public:
  explicit NameIndex(std::vector<std::string_view>& names) : names_(names) {}

  std::uint32_t operator[](std::string_view name) {
    if (latest_ != none && names_[latest_] == name) return latest_;
    const auto next = static_cast<std::uint32_t>(names_.size());
    const auto [place, is_new] = indexes_.try_emplace(name, next);
    if (is_new) names_.push_back(name);
    return latest_ = place->second;
  }

 private:
  std::vector<std::string_view>& names_;
  std::unordered_map<std::string_view, std::uint32_t> indexes_ = {};
  std::uint32_t latest_ = none;
};

// The sequences that one emitter has skipped, as far as one batch of its events needs them, and the
// change that the batch makes. Emitters number their events 1, 2, 3 … without a gap and send them
// in that order, so the set stays empty unless events were lost or arrive late.
class GapSet {
 public:
  GapSet() = default;
  // The stored ranges that contain a sequence of the batch, ascending; they do not overlap.
  explicit GapSet(const std::vector<Range>& stored)
      : stored_(stored), ranges_(stored.begin(), stored.end()) {}

  // Adds the skipped sequences first … last, none of which is in the set.
  void add(std::uint64_t first, std::uint64_t last) {
    assert(first >= 1 && first <= last);
    ranges_.insert({first, last});
  }
  // Removes a sequence that has arrived. No effect when it is not in the set.
  void remove(std::uint64_t sequence) {
    auto place = ranges_.upper_bound({sequence, UINT64_MAX});
    if (place == ranges_.begin() || (--place)->last < sequence) return;
    const auto [first, last] = *place;
    ranges_.erase(place);
    if (first < sequence) add(first, sequence - 1);
    if (sequence < last) add(sequence + 1, last);
  }

  // Stored ranges that no longer exist as such, and ranges to store.
  std::vector<Range> closed() const { return difference(stored_, ranges_); }
  std::vector<Range> opened() const { return difference(ranges_, stored_); }

 private:
  template <class Left, class Right>
  static std::vector<Range> difference(const Left& left, const Right& right) {
    std::vector<Range> ranges;
    std::set_difference(left.begin(), left.end(), right.begin(), right.end(),
                        std::back_inserter(ranges));
    return ranges;
  }

  std::vector<Range> stored_ = {};
  std::set<Range> ranges_ = {};
};

}  // namespace

Batch::Batch(const JudgedEnvelope& judged) : judged_(judged) {
  NameIndex node_index(node_ids_);
  NameIndex emitter_index(emitters_);
  events_.reserve(judged.envelope.events.size());
  for (const EventPayload& event : judged.envelope.events) {
    Position position{.node = node_index[event.node_id]};
    if (const auto id = parse_emitter_id(event.id)) {
      position.emitter = emitter_index[id->emitter];
      position.sequence = id->sequence;
      position.session = id->session;
    }
    events_.push_back(position);
  }
  for (const JudgedEnvelope::Invalid& invalid : judged.invalid) {
    const auto id = parse_emitter_id(invalid.id);
    if (!id) continue;
    rejected_.push_back({.emitter = emitter_index[id->emitter], .sequence = id->sequence});
  }
}

std::vector<std::vector<std::uint64_t>> Batch::late_sequences(
    const std::vector<EmitterRow>& emitters) const {
  assert(emitters.size() == emitters_.size());
  std::vector<std::vector<std::uint64_t>> late(emitters.size());
  for (const auto* positions : {&events_, &rejected_}) {
    for (const Position& position : *positions) {
      if (position.emitter == none) continue;
      if (position.sequence > emitters[position.emitter].through) continue;
      late[position.emitter].push_back(position.sequence);
    }
  }
  for (auto& sequences : late) std::sort(sequences.begin(), sequences.end());
  return late;
}

std::vector<store::EventKey> Batch::uncertain_events(
    const std::vector<EmitterRow>& emitters) const {
  assert(emitters.size() == emitters_.size());
  std::vector<store::EventKey> keys;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const Position& position = events_[i];
    if (position.emitter == none) {
      keys.push_back({.foreign_id = judged_.envelope.events[i].id});
    } else if (const EmitterRow& emitter = emitters[position.emitter];
               position.sequence <= emitter.through) {
      keys.push_back({.emitter = emitter.number, .sequence = position.sequence});
    }
  }
  return keys;
}

// Computes one plan: the events in their order, then the rejected ones.
class Planner {
 public:
  Planner(const Batch& batch, const BatchState& state)
      : batch_(batch), state_(state), node_slots_(batch.node_ids_.size(), none) {}

  BatchPlan plan(std::string_view now) {
    start_run(now);
    start_emitters();
    for (std::size_t i = 0; i < batch_.events_.size(); ++i) add_event(i);
    assert(next_uncertain_ == state_.stored.size());
    for (const Batch::Position& rejected : batch_.rejected_) {
      emitters_[rejected.emitter].note(rejected.sequence);
    }
    finish();
    return std::move(plan_);
  }

 private:
  struct Emitter {
    EmitterRow row = {};
    std::uint64_t stored_through = 0;
    GapSet gaps = {};
    std::vector<std::uint64_t> ascending = {};  // accepted above the watermark of their time
    std::set<std::uint64_t> late = {};          // accepted below it

    // The sequence is stored or rejected from now on.
    void note(std::uint64_t sequence) {
      if (sequence <= row.through) return gaps.remove(sequence);
      if (sequence > row.through + 1) gaps.add(row.through + 1, sequence - 1);
      row.through = sequence;
    }
  };

  void start_run(std::string_view now) {
    const StreamEnvelope& envelope = batch_.judged_.envelope;
    RunRow& run = plan_.changes.run;
    if (state_.rows.run) {
      run = *state_.rows.run;
    } else {
      run.run_id = envelope.run_id;
      run.registered_at = now;
    }
    plan_.changes.expected = state_.rows.run;
    // A member that is absent from the envelope leaves the stored value as it is.
    if (envelope.workflow_id && !envelope.workflow_id->empty()) {
      run.workflow_id = *envelope.workflow_id;
    }
    if (envelope.organization_id && !envelope.organization_id->empty()) {
      run.organization_id = *envelope.organization_id;
    }
    if (envelope.total_actions && *envelope.total_actions != run.total_actions) {
      set_total_actions(run, *envelope.total_actions, now);
    }
  }

  void start_emitters() {
    emitters_.resize(batch_.emitters_.size());
    for (std::size_t i = 0; i < emitters_.size(); ++i) {
      Emitter& emitter = emitters_[i];
      if (state_.rows.run) {
        emitter.row = state_.rows.emitters[i];
        emitter.stored_through = emitter.row.through;
        emitter.gaps = GapSet(state_.gaps[i]);
      } else {
        emitter.row.name = batch_.emitters_[i];
      }
    }
  }

  void add_event(std::size_t index) {
    const EventPayload& event = batch_.judged_.envelope.events[index];
    const Batch::Position& position = batch_.events_[index];
    if (!is_new(event, position)) {
      ++plan_.result.duplicates;
      return;
    }
    ++plan_.result.accepted;
    const std::uint32_t node = slot_of(position.node);
    plan_.changes.events.push_back({&event, node, position.emitter, position.sequence});
    Append::Node& changed = plan_.changes.nodes[node];
    RunRow& run = plan_.changes.run;
    if (apply_event(run, changed.row, facts_of(event, position.session))) {
      changed.row.failure = failure_of(event);
      changed.row.failed_by = run.events;
    }
    if (event.type != Type::progress) changed.changed = true;
  }

  bool is_new(const EventPayload& event, const Batch::Position& position) {
    if (position.emitter == none) {
      return !is_stored() && foreign_ids_.insert(event.id).second;
    }
    Emitter& emitter = emitters_[position.emitter];
    const std::uint64_t sequence = position.sequence;
    if (sequence > emitter.row.through) {
      emitter.ascending.push_back(sequence);
    } else {
      if (sequence <= emitter.stored_through && is_stored()) return false;
      const auto& ascending = emitter.ascending;
      if (std::binary_search(ascending.begin(), ascending.end(), sequence)) return false;
      if (!emitter.late.insert(sequence).second) return false;
    }
    emitter.note(sequence);
    return true;
  }

  // Whether the next uncertain event is stored. A run that is not stored has no events.
  bool is_stored() { return state_.rows.run && state_.stored[next_uncertain_++]; }

  std::uint32_t slot_of(std::uint32_t node) {
    std::uint32_t& slot = node_slots_[node];
    if (slot != none) return slot;
    slot = static_cast<std::uint32_t>(plan_.changes.nodes.size());
    Append::Node& added = plan_.changes.nodes.emplace_back();
    if (state_.rows.run) {
      added.row = state_.rows.nodes[node];
    } else {
      added.row.node_id = batch_.node_ids_[node];
    }
    return slot;
  }

  void finish() {
    Append& changes = plan_.changes;
    bool is_changed = !changes.expected || *changes.expected != changes.run;
    changes.emitters.reserve(emitters_.size());
    for (Emitter& emitter : emitters_) {
      plan_.result.through.emplace_back(emitter.row.name, emitter.row.through);
      changes.emitters.push_back({std::move(emitter.row), emitter.stored_through,
                                  emitter.gaps.closed(), emitter.gaps.opened()});
      const Append::Emitter& change = changes.emitters.back();
      is_changed = is_changed || change.row.through != change.expected_through ||
                   !change.closed_gaps.empty();
    }
    std::sort(plan_.result.through.begin(), plan_.result.through.end());
    changes.status = derive_status(changes.run);
    plan_.result.status = changes.status;
    plan_.result.last_sequence = changes.run.events;
    plan_.has_changes = is_changed;
  }

  const Batch& batch_;
  const BatchState& state_;
  BatchPlan plan_ = {};
  std::vector<Emitter> emitters_ = {};
  std::vector<std::uint32_t> node_slots_;  // index in plan_.changes.nodes
  std::unordered_set<std::string_view> foreign_ids_ = {};
  std::size_t next_uncertain_ = 0;
};

BatchPlan Batch::plan(const BatchState& state, std::string_view now) const {
  assert(!state.rows.run || state.rows.nodes.size() == node_ids_.size());
  assert(!state.rows.run || state.rows.emitters.size() == emitters_.size());
  assert(!state.rows.run || state.gaps.size() == emitters_.size());
  return Planner(*this, state).plan(now);
}

namespace {

// A conflict means that another writer made progress, so only extreme contention gets here.
constexpr int max_attempts = 100;

// What is read after the rows may be newer. append() then notices: whatever changes it also changes
// the run, a watermark or one of the gaps that the batch closes.
BatchState read_state(store::Store& store, const Batch& batch) {
  BatchState state;
  state.rows = store.rows(batch.run_id(), batch.node_ids(), batch.emitters());
  if (!state.rows.run) return state;
  const std::vector<store::EmitterRow>& emitters = state.rows.emitters;
  state.gaps.resize(emitters.size());
  const auto late = batch.late_sequences(emitters);
  for (std::size_t i = 0; i < late.size(); ++i) {
    if (late[i].empty()) continue;
    state.gaps[i] = store.gaps_containing(emitters[i].number, late[i]);
  }
  const auto uncertain = batch.uncertain_events(emitters);
  if (!uncertain.empty()) state.stored = store.stored(state.rows.run->number, uncertain);
  return state;
}

}  // namespace

BatchResult append_batch(store::Store& store, const JudgedEnvelope& judged) {
  const Batch batch(judged);
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    BatchPlan plan = batch.plan(read_state(store, batch), timestamp_now());
    if (!plan.has_changes || store.append(plan.changes)) return std::move(plan.result);
  }
  throw store::StoreError("other writers keep changing the run; send the batch again");
}

}  // namespace trace::collector::run
