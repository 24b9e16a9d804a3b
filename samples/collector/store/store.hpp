// SPDX-License-Identifier: Apache-2.0
// Store: the interface to the database of the collector. It is a set of small primitives; the rules
// of exactly-once storage and of run status are in run/ and hold for every implementation. Each
// implementation is a folder below this one. Rows are plain data: run/ decides what they mean and
// how events change them.
//
// Concurrency: several collectors may use one database. append() is a compare-and-append: it writes
// only if nothing that the caller read before has changed since, so that read, decide, append, and
// start over after a conflict, is correct without locks across calls.
//
// Threads: calls block. Up to concurrency() threads may call at once. A failure of the database
// (full disk, lock not acquired in time, lost connection) is thrown as StoreError and leaves
// nothing behind.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <trace/event.hpp>
#include <trace/status.hpp>

namespace trace::collector::store {

struct RunRow {
  static constexpr std::int64_t never = INT64_MAX;

  std::uint64_t number = 0;  // the store's key, in the order of registration; 0: not stored yet
  std::string run_id = {};
  std::string workflow_id = {};      // empty: unknown
  std::string organization_id = {};  // empty: unknown
  std::string registered_at = {};    // when the first envelope arrived
  std::uint64_t revision = 0;        // of this row; append() compares it
  // When the run has its verdict unless something happens; milliseconds since 1970 by our clock.
  std::int64_t due_ms = never;

  std::uint64_t events = 0;         // stored; also the sequence of the last one
  std::uint32_t total_actions = 0;  // 0: unknown
  // Nodes by phase, see there.
  std::uint64_t running_nodes = 0;
  std::uint64_t lost_nodes = 0;
  std::uint64_t retrying_nodes = 0;
  std::uint64_t completed_nodes = 0;
  std::uint64_t failed_nodes = 0;
  std::string started_at = {};
  std::string ended_at = {};       // of the event that ended a node, the latest
  std::string cancelled_at = {};   // empty: not cancelled, as below
  std::string finished_at = {};    // no node starts after it
  std::string last_start_at = {};  // the latest time stamp of a STARTED event
  std::string lost_at = {};        // when the last worker was lost; of interest while one is
  bool is_quiet = false;           // nothing happened for so long that the run has its verdict
  std::string completed_at = {};   // empty while the run has no verdict
  std::string engine = {};         // what a workflow engine reported, as JSON; empty: nothing
  std::optional<RunStatus> engine_status = {};

  std::uint64_t open_nodes() const noexcept { return running_nodes + lost_nodes + retrying_nodes; }
  std::uint64_t ended_nodes() const noexcept { return completed_nodes + failed_nodes; }
  std::uint64_t started_nodes() const noexcept { return open_nodes() + ended_nodes(); }
  bool operator==(const RunRow&) const = default;
};

enum class NodePhase : std::uint8_t {
  seen,       // only progress so far
  running,    // started
  retrying,   // failed, and will be started again
  completed,  // or skipped
  failed,     // without a retry to come
  lost        // started, and its worker was not heard of for too long
};

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
  std::uint64_t attempts = 0;
  std::string ended_at = {};   // of the latest attempt; empty while it has not ended
  std::uint64_t ended_by = 0;  // sequence of the event that ended it
  bool is_skipped = false;
  NodeFailure failure = {};                  // of the latest attempt that failed
  std::string parent = {};                   // the node that contains it; empty: none is known
  std::uint64_t first_event = 0;             // sequence
  std::uint64_t last_message = 0;            // sequence of the last event that has one; 0: none
  std::array<std::uint64_t, 4> levels = {};  // events by level, in the order of Level

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

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the generated code for ours.
  auto operator<=>(const Range&) const = default;
};

class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Identifies an event within its run: by emitter and sequence, or by an id of another format.
struct EventKey {
  std::uint64_t emitter = 0;  // EmitterRow::number; 0: foreign_id identifies the event
  std::uint64_t sequence = 0;
  std::string_view foreign_id = {};
};

// The changes that one envelope makes to one run. The store applies all of them or none.
struct Append {
  static constexpr std::uint32_t no_emitter = UINT32_MAX;

  struct Node {
    NodeRow row = {};
    bool changed = false;  // a row without a number is inserted in any case
  };
  struct Emitter {
    EmitterRow row = {};
    std::uint64_t expected_through = 0;   // as read; ignored for a new row
    std::vector<Range> closed_gaps = {};  // exactly as read
    std::vector<Range> opened_gaps = {};
  };
  struct Event {
    const EventPayload* payload = nullptr;
    std::uint32_t node = 0;              // index in `nodes`
    std::uint32_t emitter = no_emitter;  // index in `emitters`
    std::uint64_t emitter_sequence = 0;
  };

  std::optional<RunRow> expected = {};  // the run as read; nothing when it was not stored
  RunRow run = {};
  RunStatus status = RunStatus::queued;  // of `run`, for people who read the database
  std::vector<Node> nodes = {};
  std::vector<Emitter> emitters = {};
  std::vector<Event> events = {};  // the last one gets the sequence run.events
};

struct RunRows {
  std::optional<RunRow> run = {};
  std::vector<NodeRow> nodes = {};
  std::vector<EmitterRow> emitters = {};
};

struct NodeKey {
  std::string run_id = {};
  std::string node_id = {};
};

// The ranges that an emitter of a run has skipped.
struct EmitterGaps {
  std::string emitter = {};
  std::uint64_t highest = 0;  // stored or rejected
  std::vector<Range> missing = {};
};

struct RunGaps {
  std::uint64_t missing = 0;               // sequences in all ranges
  std::uint64_t ranges = 0;                // all ranges
  std::vector<EmitterGaps> emitters = {};  // at most as many ranges as requested
};

class Store {
 public:
  virtual ~Store() = default;

  virtual std::size_t concurrency() const noexcept { return 1; }

  virtual std::optional<RunRow> run(std::string_view run_id) = 0;
  // Newest first, with a number below `before` (0: all).
  virtual std::vector<RunRow> runs(std::uint64_t before, std::size_t limit) = 0;

  // The run and what is named of it, from one snapshot. Nodes and emitters have a row for each
  // name, in order, with the number 0 when it is not stored; none when the run is not.
  virtual RunRows rows(std::string_view run_id, std::span<const std::string_view> node_ids,
                       std::span<const std::string_view> emitters) = 0;
  // For each key whether the event is stored. `run` is RunRow::number here and below.
  virtual std::vector<bool> stored(std::uint64_t run, std::span<const EventKey> keys) = 0;
  // The gaps of an emitter (EmitterRow::number) that contain at least one of the sequences. Both
  // are ascending.
  virtual std::vector<Range> gaps_containing(std::uint64_t emitter,
                                             std::span<const std::uint64_t> sequences) = 0;

  // Applies `changes` in one transaction, durably. Returns false and changes nothing when the
  // run, one of the emitters or one of the closed gaps is no longer as it was read.
  virtual bool append(const Append& changes) = 0;

  // Of the nodes in this phase the one whose ended_by is the highest.
  virtual std::optional<NodeRow> last_node_in(std::uint64_t run, NodePhase phase) = 0;
  // The nodes after the first event `after` (NodeRow::first_event), in that order.
  virtual std::vector<NodeRow> nodes(std::uint64_t run, std::uint64_t after, std::size_t limit) = 0;

  // Notes that a worker was heard of at `now_ms`, in milliseconds since 1970.
  virtual void hear(std::string_view session, std::int64_t now_ms) = 0;
  // Workers that have a running node and were heard of last before `before_ms`. One that was never
  // heard of is not silent.
  virtual std::vector<std::string> silent_workers(std::int64_t before_ms, std::size_t limit) = 0;
  // The nodes in this phase, running or lost, that the worker started; at most `limit`.
  virtual std::vector<NodeKey> nodes_of_worker(std::string_view session, NodePhase phase,
                                               std::size_t limit) = 0;
  // Runs whose verdict was due before `now_ms`, the earliest first.
  virtual std::vector<std::string> due_runs(std::int64_t now_ms, std::size_t limit) = 0;

  // The events after the sequence `after`, in order; their id is their sequence. Stops at `limit`
  // events, and earlier after the event that exceeds `bytes`.
  virtual std::vector<EventPayload> events(const RunRow& run, std::uint64_t after,
                                           std::size_t limit, std::size_t bytes) = 0;

  // At most `limit` ranges, ordered by emitter and sequence.
  virtual RunGaps gaps(std::uint64_t run, std::size_t limit) = 0;
};

}  // namespace trace::collector::store
