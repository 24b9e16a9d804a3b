// What stands behind an Execution: the capture's thread, which starts the program, waits for it
// and records. This is the one place that starts threads for capture.
#pragma once

#include <trace/capture.hpp>

#include <functional>
#include <stop_token>

#include "child/loop.hpp"

namespace trace::child {

// Runs the program to its end and records its node; on the capture's thread.
using Work = std::function<Ended(Node node, Loop& loop, std::stop_token stop)>;

// Does the work on a thread of its own. It is asked to stop by `stop`, by Execution::stop() and
// by the end of the Execution.
Execution start_execution(Node node, std::stop_token stop, Work work);

}  // namespace trace::child
