// What stands behind an Execution: the capture's thread, which starts the program, waits for it
// and records. This is the one place that starts threads for capture.
#pragma once

#include <trace/capture.hpp>

#include <functional>
#include <optional>
#include <stop_token>

#include "child/loop.hpp"

namespace trace::child {

// Who may ask for the end: with the grace, or at once.
struct StopTokens {
  std::stop_token stop;
  std::stop_token kill;
};

// The node of a capture. Whoever holds it records the node's end, whatever happens: a node that
// somebody asked to capture must not be left without one.
struct CapturedNode {
  Node node;
  bool started = false;  // STARTED was recorded
  bool ended = false;    // COMPLETED or FAILED was
  // How it has ended, when it has.
  std::optional<Ended> end = {};
};

// Runs the program to its end and records its node; on the capture's thread. What it throws ends
// the node as FAILED.
using Work = std::function<Ended(CapturedNode& node, Loop& loop, const StopTokens& stop)>;

// Takes the node over and does the work on a thread of its own. It is asked to stop by `stop`, by
// Execution::stop() and kill(), and by the end of the Execution. A lack of threads, processes,
// descriptors or memory ends the node as RESOURCE_EXHAUSTED. What this throws is std::bad_alloc,
// and the node is still the caller's then.
Execution start_execution(Node& node, StopTokens stop, Work work);

// Ends a node whose capture could not begin because there is no memory.
void end_unstarted(Node& node) noexcept;

}  // namespace trace::child
