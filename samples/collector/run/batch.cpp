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

namespace trace::collector::run {

using store::Append;
using store::EmitterRow;
using store::Range;
using store::RunRow;

namespace {

constexpr std::uint32_t none = Append::no_emitter;

// A conflict means that another writer made progress, so only extreme contention gets here.
constexpr int max_attempts = 100;
constexpr const char* contention = "other writers keep changing the run; send the request again";

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

// The changes that one envelope makes.
struct Plan {
  Append changes = {};
  bool has_changes = false;
  BatchResult result = {};
};

// One attempt to append an envelope: read() what it names, then plan() without the store.
class Batch {
 public:
  // `judged` must outlive the batch.
  Batch(const JudgedEnvelope& judged, const QuietTimes& times) : judged_(judged), times_(times) {
    NameIndex node_index(node_ids_);
    NameIndex emitter_index(emitter_names_);
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
    node_slots_.assign(node_ids_.size(), none);
  }

  // What is read after the rows may be newer. append() then notices: whatever changes it also
  // changes the run, a watermark or one of the gaps that the batch closes.
  void read(store::Store& store) {
    rows_ = store.rows(judged_.envelope.run_id, node_ids_, emitter_names_);
    if (!rows_.run) {
      for (const auto& id : node_ids_) rows_.nodes.push_back({.node_id = std::string(id)});
      for (const auto& name : emitter_names_) rows_.emitters.push_back({.name = std::string(name)});
    }
    assert(rows_.nodes.size() == node_ids_.size());
    assert(rows_.emitters.size() == emitter_names_.size());
    for (const EmitterRow& row : rows_.emitters) {
      emitters_.push_back({.row = row, .stored_through = row.through});
    }
    read_gaps(store);
    read_stored(store);
  }

  // Valid only for the rows that were read: append() compares them again. Once.
  Plan plan(std::string_view now) {
    start_run(now);
    plan_.changes.events.reserve(events_.size());
    for (std::size_t i = 0; i < events_.size(); ++i) add_event(i);
    assert(next_uncertain_ == stored_.size());
    for (const Position& rejected : rejected_) emitters_[rejected.emitter].note(rejected.sequence);
    finish();
    return std::move(plan_);
  }

 private:
  struct Position {
    std::uint32_t node = 0;  // index in node_ids_
    std::uint32_t emitter = none;
    std::uint64_t sequence = 0;
    std::string_view session = {};
  };

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

  bool is_late(const Position& position) const {
    return position.emitter != none &&
           position.sequence <= rows_.emitters[position.emitter].through;
  }

  // The gaps around the sequences at or below their emitter's watermark.
  void read_gaps(store::Store& store) {
    std::vector<std::vector<std::uint64_t>> late(emitters_.size());
    for (const auto* positions : {&events_, &rejected_}) {
      for (const Position& position : *positions) {
        if (is_late(position)) late[position.emitter].push_back(position.sequence);
      }
    }
    for (std::size_t i = 0; i < late.size(); ++i) {
      if (late[i].empty()) continue;
      std::sort(late[i].begin(), late[i].end());
      emitters_[i].gaps = GapSet(store.gaps_containing(rows_.emitters[i].number, late[i]));
    }
  }

  // Whether the events are stored that no watermark proves to be new, in their order.
  void read_stored(store::Store& store) {
    std::vector<store::EventKey> keys;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const Position& position = events_[i];
      if (position.emitter == none) {
        keys.push_back({.foreign_id = judged_.envelope.events[i].id});
      } else if (is_late(position)) {
        keys.push_back(
            {.emitter = rows_.emitters[position.emitter].number, .sequence = position.sequence});
      }
    }
    if (rows_.run && !keys.empty()) stored_ = store.stored(rows_.run->number, keys);
  }

  void start_run(std::string_view now) {
    const StreamEnvelope& envelope = judged_.envelope;
    RunRow& run = plan_.changes.run;
    if (rows_.run) {
      run = *rows_.run;
    } else {
      run.run_id = envelope.run_id;
      run.registered_at = now;
    }
    plan_.changes.expected = rows_.run;
    // A member that is absent from the envelope leaves the stored value as it is.
    if (envelope.workflow_id && !envelope.workflow_id->empty()) {
      run.workflow_id = *envelope.workflow_id;
    }
    if (envelope.organization_id && !envelope.organization_id->empty()) {
      run.organization_id = *envelope.organization_id;
    }
    if (envelope.total_actions && *envelope.total_actions != run.total_actions) {
      set_total_actions(run, *envelope.total_actions);
    }
  }

  void add_event(std::size_t index) {
    const EventPayload& event = judged_.envelope.events[index];
    const Position& position = events_[index];
    if (!is_new(event, position)) {
      ++plan_.result.duplicates;
      return;
    }
    ++plan_.result.accepted;
    const std::uint32_t node = slot_of(position.node);
    plan_.changes.events.push_back({&event, node, position.emitter, position.sequence});
    Append::Node& changed = plan_.changes.nodes[node];
    changed.changed = true;
    const bool ended =
        apply_event(plan_.changes.run, changed.row, facts_of(event, position.session));
    if (ended && event.type == Type::failed) changed.row.failure = failure_of(event);
  }

  bool is_new(const EventPayload& event, const Position& position) {
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
  bool is_stored() { return rows_.run && stored_[next_uncertain_++]; }

  std::uint32_t slot_of(std::uint32_t node) {
    std::uint32_t& slot = node_slots_[node];
    if (slot != none) return slot;
    slot = static_cast<std::uint32_t>(plan_.changes.nodes.size());
    plan_.changes.nodes.push_back({rows_.nodes[node]});
    return slot;
  }

  void finish() {
    Append& changes = plan_.changes;
    // After the events: a node that starts in the same envelope starts before the run is finished.
    if (judged_.envelope.finished_at) set_finished(changes.run, *judged_.envelope.finished_at);
    bool is_changed = !changes.expected || *changes.expected != changes.run;
    if (is_changed) changes.run.due_ms = verdict_due(changes.run, times_, milliseconds_now());
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

  const JudgedEnvelope& judged_;
  const QuietTimes times_;
  std::vector<std::string_view> node_ids_ = {};  // distinct, as are emitter_names_
  std::vector<std::string_view> emitter_names_ = {};
  std::vector<Position> events_ = {};    // of judged_.envelope.events
  std::vector<Position> rejected_ = {};  // of the entries of judged_.invalid with an emitter

  store::RunRows rows_ = {};  // new ones, without a number, when the run is not stored
  std::vector<Emitter> emitters_ = {};
  std::vector<bool> stored_ = {};

  Plan plan_ = {};
  std::vector<std::uint32_t> node_slots_ = {};  // index in plan_.changes.nodes
  std::unordered_set<std::string_view> foreign_ids_ = {};
  std::size_t next_uncertain_ = 0;  // index in stored_
};

}  // namespace

BatchResult append_batch(store::Store& store, const JudgedEnvelope& judged,
                         const QuietTimes& times) {
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    Batch batch(judged, times);
    batch.read(store);
    Plan plan = batch.plan(timestamp_now());
    if (!plan.has_changes || store.append(plan.changes)) return std::move(plan.result);
  }
  throw store::StoreError(contention);
}

std::optional<RunRow> change_run(
    store::Store& store, std::string_view run_id, std::span<const std::string_view> node_ids,
    const QuietTimes& times, std::int64_t now_ms,
    const std::function<bool(RunRow& run, std::vector<store::NodeRow>& nodes)>& change) {
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    store::RunRows rows = store.rows(run_id, node_ids, {});
    if (!rows.run) return std::nullopt;
    Append changes;
    changes.expected = rows.run;
    changes.run = *rows.run;
    if (!change(changes.run, rows.nodes)) return rows.run;
    changes.run.due_ms = verdict_due(changes.run, times, now_ms);
    changes.status = derive_status(changes.run);
    for (store::NodeRow& node : rows.nodes) {
      if (node.number != 0) changes.nodes.push_back({std::move(node), true});
    }
    if (store.append(changes)) return changes.run;
  }
  throw store::StoreError(contention);
}

}  // namespace trace::collector::run
