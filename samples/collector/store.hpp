// Store: where the collector keeps runs and events. The rest of the collector knows this interface
// only; SqliteStore is the implementation.
//
// Threading: one thread, the store thread, calls everything. Failures of the medium (disk full,
// database locked) are thrown as StoreError and leave nothing half done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <trace/event.hpp>

#include "run_state.hpp"

namespace trace::collector {

class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What became of one envelope.
struct Taken {
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;
  // Of each emitter in the envelope: the highest sequence stored, duplicate or rejected.
  std::vector<std::pair<std::string, std::uint64_t>> through = {};
  std::uint64_t last_sequence = 0;  // of the run
  RunStatus status = RunStatus::queued;
};

// A run as the read API shows it.
struct RunRecord {
  std::uint64_t number = 0;  // in the order in which runs were first heard of
  std::string run_id = {};
  std::string workflow_id = {};      // empty: unknown
  std::string organization_id = {};  // empty: unknown
  std::string registered_at = {};    // when the first envelope came
  RunState state = {};
};

struct FailedNode {
  std::string node_id;
  NodeFailure failure;
};

// The sequences that an emitter of a run has passed over: neither stored nor rejected.
struct EmitterGaps {
  struct Range {
    std::uint64_t from, to;
  };
  std::string emitter;
  std::uint64_t highest;  // stored or rejected
  std::vector<Range> missing = {};
};

struct RunGaps {
  std::uint64_t missing = 0;               // sequences
  std::uint64_t ranges = 0;                // that they form
  std::vector<EmitterGaps> emitters = {};  // as many of the ranges as were asked for
};

class Store {
 public:
  virtual ~Store() = default;

  // Stores the events of one envelope in one transaction: each (run, id) once, numbered in order
  // of arrival without gaps. Rejected events are not stored, but count for `through`.
  virtual Taken take(const JudgedEnvelope& judged) = 0;

  virtual std::optional<RunRecord> run(std::string_view run_id) = 0;
  // The node that failed last of those that have failed for good.
  virtual std::optional<FailedNode> failed_node(const RunRecord& run) = 0;
  // Newest first, those that were heard of before `before` (0: all).
  virtual std::vector<RunRecord> runs(std::uint64_t before, std::size_t limit) = 0;

  // The events after `after` in order, their sequence as their id. Stops at `limit` events, and
  // earlier when they are large: after the event that exceeds `bytes`.
  virtual std::vector<EventPayload> events(const RunRecord& run, std::uint64_t after,
                                           std::size_t limit, std::size_t bytes) = 0;

  // At most `limit` ranges, ordered by emitter and sequence.
  virtual RunGaps gaps(const RunRecord& run, std::size_t limit) = 0;
};

}  // namespace trace::collector
