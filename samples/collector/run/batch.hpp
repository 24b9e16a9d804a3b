// SPDX-License-Identifier: Apache-2.0
// Batch: the rules of exactly-once storage, as a pure function. Given one envelope and what the
// store knows about the run, nodes and emitters that it names, plan() decides which events are new,
// numbers them, and computes all changes. append_batch() does all of it with a store.
//
//   new        a sequence above everything stored or rejected of its emitter; or one below it, or
//              an id of another format, that is neither stored nor earlier in the batch
//   duplicate  everything else
//
// A run's sequence counts new events only, so it has no gaps. Rejected events are not stored, but
// count for the emitter's watermark (`through`).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <trace/event.hpp>

#include "collector/store/store.hpp"

namespace trace::collector::run {

// What the response to an envelope reports.
struct BatchResult {
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;
  // By name, each emitter in the envelope: its highest sequence stored or rejected.
  std::vector<std::pair<std::string, std::uint64_t>> through = {};
  std::uint64_t last_sequence = 0;  // of the run
  RunStatus status = RunStatus::queued;
};

// What was read from the store for a batch. Everything is empty when the run is not stored.
struct BatchState {
  store::RunRows rows = {};                          // Batch::node_ids(), Batch::emitters()
  std::vector<std::vector<store::Range>> gaps = {};  // of each emitter, around its late sequences
  std::vector<bool> stored = {};                     // for each of Batch::uncertain_events()
};

struct BatchPlan {
  store::Append changes = {};
  bool has_changes = false;
  BatchResult result = {};
};

class Batch {
 public:
  // `judged` must outlive the batch.
  explicit Batch(const JudgedEnvelope& judged);

  std::string_view run_id() const noexcept { return judged_.envelope.run_id; }
  const std::vector<std::string_view>& node_ids() const noexcept { return node_ids_; }
  const std::vector<std::string_view>& emitters() const noexcept { return emitters_; }

  // For each emitter, given its row: the sequences at or below its watermark, ascending.
  std::vector<std::vector<std::uint64_t>> late_sequences(
      const std::vector<store::EmitterRow>& emitters) const;
  // The events that no watermark proves to be new, in their order.
  std::vector<store::EventKey> uncertain_events(
      const std::vector<store::EmitterRow>& emitters) const;

  // Valid only for the rows in `state`: append() compares them again.
  BatchPlan plan(const BatchState& state, std::string_view now) const;

 private:
  struct Position {
    std::uint32_t node = 0;  // index in node_ids_
    std::uint32_t emitter = store::Append::no_emitter;
    std::uint64_t sequence = 0;
    std::string_view session = {};
  };
  friend class Planner;

  const JudgedEnvelope& judged_;
  std::vector<std::string_view> node_ids_ = {};  // distinct, as are emitters_
  std::vector<std::string_view> emitters_ = {};
  std::vector<Position> events_ = {};    // of judged_.envelope.events
  std::vector<Position> rejected_ = {};  // of the entries of judged_.invalid with an emitter
};

// Adds one envelope to the store: reads what the batch names, plans, and appends; starts over when
// another writer has changed the run meanwhile. The result describes committed data. Store thread;
// throws StoreError.
BatchResult append_batch(store::Store& store, const JudgedEnvelope& judged);

}  // namespace trace::collector::run
