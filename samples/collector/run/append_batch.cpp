#include "collector/run/append_batch.hpp"

#include "collector/run/wall_clock.hpp"

namespace trace::collector::run {
namespace {

// A conflict means that another writer made progress, so only extreme contention gets here.
constexpr int max_attempts = 100;

// Reads the run first: whatever changes after that changes the run or a watermark as well, which
// append() notices.
BatchState read_state(store::Store& store, const Batch& batch) {
  BatchState state;
  state.run = store.run(batch.run_id());
  if (!state.run) return state;
  const std::uint64_t run = state.run->number;
  state.nodes = store.nodes(run, batch.node_ids());
  state.emitters = store.emitters(run, batch.emitters());
  state.gaps.resize(state.emitters.size());
  const auto late = batch.late_sequences(state.emitters);
  for (std::size_t i = 0; i < late.size(); ++i) {
    if (late[i].empty()) continue;
    state.gaps[i] = store.gaps_containing(state.emitters[i].number, late[i]);
  }
  const auto uncertain = batch.uncertain_events(state.emitters);
  if (!uncertain.empty()) state.stored = store.stored(run, uncertain);
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
