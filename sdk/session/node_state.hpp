// SPDX-License-Identifier: Apache-2.0
// The state of the public handles: RunState of Run, NodeState of Node. Shared by the handles; keeps
// their session's core alive. Also record() for values known only at run time.
#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <string>

#include <trace/record.hpp>

#include "journal/tables.hpp"
#include "record/lane.hpp"
#include "session/node_losses.hpp"
#include "ship/run_registry.hpp"

namespace trace::detail::session {

class NodeOutput;
class SessionCore;

struct RunState {
  RunState(std::shared_ptr<SessionCore> of, ship::RunInfo* run);
  ~RunState();

  const std::shared_ptr<SessionCore> core;
  ship::RunInfo* const info;  // null: the run was refused, everything recorded for it is dropped
};

// A worker may hold 100,000 of them: what few nodes need is made when it is needed, and the locks
// are the session's.
struct NodeState : std::enable_shared_from_this<NodeState> {
  NodeState(std::shared_ptr<SessionCore> core, ship::RunInfo* run, std::string id, bool is_shared);
  ~NodeState();

  const std::shared_ptr<SessionCore> core;
  // Not among the others if the session is that of the parent process.
  const std::unique_ptr<NodeBase> lone_base;
  NodeBase& base;
  ship::RunInfo* const run;  // null: refused
  const std::string id;
  const bool is_shared;  // this session is not the one to end it

  // The handle is destroyed. Records FAILED if the node has started and not ended.
  void abandon() noexcept;
  // See Node::stopped().
  void stop(StopReason reason) noexcept;

  // Of a node that was not refused: views of the members above.
  record::NodeRef ref() const noexcept {
    return {base.number, base.admission.load(std::memory_order_acquire) != nullptr, run->number,
            run->id, id};
  }

  std::atomic<bool> is_enlisted{false};  // in LossEvents
  std::atomic<bool> open{false};         // has started and not ended, and is not shared
  // std::uncaught_exceptions() when the handle was made, or at the last STARTED: if there are more
  // when the handle is destroyed, one of them left its scope.
  std::atomic<int> exceptions{std::uncaught_exceptions()};
  std::once_flag output_made;
  NodeLosses losses{base.loss_state};
  NodeState* next_lossy = nullptr;        // in the list
  std::shared_ptr<NodeState> lossy_self;  // keeps it alive for that long

  // Its captured output, made by its first stream.
  std::shared_ptr<NodeOutput> output;
};

inline NodeBase* base_of(NodeState* node) noexcept {
  return node != nullptr ? &node->base : nullptr;
}
inline NodeState* state_of(NodeBase* base) noexcept {
  return base != nullptr ? base->state : nullptr;
}

// record() below the handles, for values known only at run time. Any thread.
Outcome record(NodeState* node, const EventBody& body) noexcept;

}  // namespace trace::detail::session
