// SPDX-License-Identifier: Apache-2.0
#include "collector/run/append_batch.hpp"

#include "collector/run/wall_clock.hpp"

namespace trace::collector::run {
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
