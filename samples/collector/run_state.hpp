// The status of a run, derived from its events when nobody else knows it.
//
// A run is summed up by a few counters and flags, each of its nodes by a phase. Every event that
// is stored is applied to both; the store keeps them in the same transaction as the event, so that
// no answer ever scans events. Plain values without a lock: the store thread owns them.
//
// The rules, in the order in which they are asked:
//   1. no event yet                                              QUEUED
//   2. "Run cancelled by user" came                              CANCELLED
//   3. a node has failed for good                                FAILED
//   4. totalActions nodes, or else every started one, completed  COMPLETED
//   5. otherwise                                                 RUNNING
// A new STARTED of any node takes 2 and 3 back. When all nodes have ended after that and one of
// them has failed for good and was not started again, the run is FAILED again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <trace/event.hpp>
#include <trace/status.hpp>

namespace trace::collector {

// What an event says about its node and its run.
struct Observation {
  Type type = Type::progress;
  std::string_view timestamp = {};
  std::string_view session = {};  // of the emitter; empty for ids of a foreign shape
  bool retryable = false;         // data.retryable of a FAILED
  bool worker_lost = false;       // error.code is WORKER_LOST: told by whoever found the remains
  bool cancels = false;           // the cancellation message, not a captured line that reads so
};
Observation observe(const EventPayload& event, std::string_view session);

// Why a node failed.
struct NodeFailure {
  std::string reason;
  std::string code;  // empty: the event had none
};
NodeFailure failure_of(const EventPayload& event);

struct NodeState {
  enum class Phase : std::uint8_t { seen, started, retrying, completed, failed };
  Phase phase = Phase::seen;
  // The latest start: when and by whom. An attempt that it overtook no longer counts.
  std::string started_at = {};
  std::string started_by = {};
};

struct RunState {
  std::uint64_t events = 0;         // also the sequence of the last one
  std::uint32_t total_actions = 0;  // 0: unknown
  std::uint64_t open_nodes = 0;     // started or about to be tried again
  std::uint64_t completed_nodes = 0;
  std::uint64_t failed_nodes = 0;  // for good
  bool cancelled = false;
  bool reopened = false;  // a node was started after one had failed
  std::string started_at = {};
  std::string completed_at = {};  // empty while the run is not over

  RunStatus status() const noexcept;
  std::uint64_t started_nodes() const noexcept {
    return open_nodes + completed_nodes + failed_nodes;
  }

  // Counts one stored event of `node`. Answers true when it failed the node for good.
  bool apply(NodeState& node, const Observation& event);
  // Learns the number of actions, at `now`.
  void set_total_actions(std::uint32_t total, std::string_view now);

 private:
  void move(NodeState& node, NodeState::Phase to) noexcept;
  std::uint64_t* counter_of(NodeState::Phase phase) noexcept;
  void note_end(RunStatus before, std::string_view when);
};

}  // namespace trace::collector
