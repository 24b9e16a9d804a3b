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
#include <string>
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

// The result describes committed data. Store thread; throws StoreError.
BatchResult append_batch(store::Store& store, const JudgedEnvelope& judged);

}  // namespace trace::collector::run
