// SPDX-License-Identifier: Apache-2.0
// append_batch: the rules of exactly-once storage. Given one envelope and what the store knows
// about the run, nodes and emitters that it names, it decides which events are new, numbers them,
// computes all changes and appends them; it starts over when another writer has changed the run
// meanwhile.
//
//   new        a sequence above everything stored or rejected of its emitter; or one below it, or
//              an id of another format, that is neither stored nor earlier in the batch
//   duplicate  everything else
//
// A run's sequence counts new events only, so it has no gaps. Rejected events are not stored, but
// count for the emitter's watermark (`through`).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <trace/event.hpp>

#include "collector/run/status.hpp"
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

// The result describes committed data. Store thread; throws StoreError.
BatchResult append_batch(store::Store& store, const JudgedEnvelope& judged,
                         const QuietTimes& times = {});

// Changes the rows of a run and of these nodes, without events. `change` may be called again, and
// returns whether there is anything to change. Nodes that are not stored have the number 0 and stay
// so. Returns the run as it is then; nothing if it is unknown. Store thread; throws StoreError.
std::optional<store::RunRow> change_run(
    store::Store& store, std::string_view run_id, std::span<const std::string_view> node_ids,
    const QuietTimes& times, std::int64_t now_ms,
    const std::function<bool(store::RunRow& run, std::vector<store::NodeRow>& nodes)>& change);

}  // namespace trace::collector::run
