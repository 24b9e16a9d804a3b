// SPDX-License-Identifier: Apache-2.0
// The implementation of Execution: the capture's thread, which starts the program, waits for it and
// records. The only place that starts threads for capture.
#pragma once

#include <trace/capture.hpp>

#include <functional>
#include <optional>
#include <stop_token>
#include <utility>

#include "child/loop.hpp"

namespace trace::child {

// Stop requests: with grace for either StopReason, and without.
struct StopTokens {
  std::stop_token stop;  // StopReason::user
  std::stop_token shutdown;
  std::stop_token kill;
};

// The node of a capture. Its holder records the node's end in every case: each node whose capture
// was requested gets one.
struct CapturedNode {
  Node node;
  bool started = false;  // STARTED was recorded
  bool ended = false;    // COMPLETED or FAILED was

  std::optional<Ended> end = {};  // set with `ended`
};

// Runs the program to its end and records its node, on the capture's thread. An exception ends the
// node as FAILED.
using Work = std::function<Ended(CapturedNode& node, Loop& loop, const StopTokens& stop)>;

// Takes over the node and runs `work` on a new thread. `stop`, Execution::stop() and kill(), and
// the destruction of the Execution ask it to stop. A lack of threads, processes, descriptors or
// memory ends the node as RESOURCE_EXHAUSTED. Throws only std::bad_alloc; the caller then still
// owns the node.
Execution start_execution(Node& node, StopTokens stop, Work work);

// Ends a node whose capture could not start for lack of memory.
void end_unstarted(Node& node) noexcept;

// Captures the program that `spec` describes. Throws only std::bad_alloc, after the node's end.
template <class Spec>
Execution start_capture(Node node, Spec spec,
                        Ended (*capture)(CapturedNode&, Loop&, const StopTokens&,
                                         const Spec&)) try {
  StopTokens stop{spec.stop, spec.shutdown, spec.kill};
  return start_execution(
      node, std::move(stop),
      [spec = std::move(spec), capture](CapturedNode& taken, Loop& loop, const StopTokens& ours) {
        return capture(taken, loop, ours, spec);
      });
} catch (...) {
  end_unstarted(node);
  throw;
}

}  // namespace trace::child
