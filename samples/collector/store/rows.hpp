// SPDX-License-Identifier: Apache-2.0
// The rows that a Store keeps: plain data without behaviour. What they mean and how events change
// them is decided in run/; a store only saves and returns them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <trace/status.hpp>

namespace trace::collector::store {

// Facts about a run that do not come from its events. run/status.hpp states how they rank against
// the events. Whoever records a fact also withdraws it.
struct ExternalFacts {
  std::optional<RunStatus> engine_status = {};  // as reported by a workflow engine
  bool cancel_requested = false;                // a user asked for the run to stop
  bool worker_lost = false;  // the run's worker has not been heard of for too long

  bool operator==(const ExternalFacts&) const = default;
};

struct RunRow {
  std::uint64_t number = 0;  // the store's key, in the order of registration; 0: not stored yet
  std::string run_id = {};
  std::string workflow_id = {};      // empty: unknown
  std::string organization_id = {};  // empty: unknown
  std::string registered_at = {};    // when the first envelope arrived

  std::uint64_t events = 0;         // stored; also the sequence of the last one
  std::uint32_t total_actions = 0;  // 0: unknown
  std::uint64_t open_nodes = 0;     // started, or waiting for a retry
  std::uint64_t completed_nodes = 0;
  std::uint64_t failed_nodes = 0;  // without a retry to come
  bool cancelled = false;          // by an event
  bool reopened = false;           // a node was started after one had failed
  std::string started_at = {};
  std::string completed_at = {};  // empty while the run is not over
  ExternalFacts external = {};

  std::uint64_t started_nodes() const noexcept {
    return open_nodes + completed_nodes + failed_nodes;
  }
  bool operator==(const RunRow&) const = default;
};

enum class NodePhase : std::uint8_t { seen, started, retrying, completed, failed };

struct NodeFailure {
  std::string reason = {};
  std::string code = {};  // empty: the event had none

  bool operator==(const NodeFailure&) const = default;
};

struct NodeRow {
  std::uint64_t number = 0;  // the store's key; 0: not stored yet
  std::string node_id = {};
  NodePhase phase = NodePhase::seen;
  std::string started_at = {};  // of the latest attempt
  std::string started_by = {};  // the session of that attempt
  std::uint64_t failed_by = 0;  // sequence of the event that failed it without a retry to come
  NodeFailure failure = {};

  bool operator==(const NodeRow&) const = default;
};

// One emitter of one run.
struct EmitterRow {
  std::uint64_t number = 0;  // the store's key; 0: not stored yet
  std::string name = {};
  std::uint64_t through = 0;  // highest sequence that was stored or rejected

  bool operator==(const EmitterRow&) const = default;
};

// The sequences first … last of an emitter.
struct Range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;

  auto operator<=>(const Range&) const = default;
};

}  // namespace trace::collector::store
