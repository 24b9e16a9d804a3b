// What stands behind an Execution: the capture's thread, which starts the program, waits for it
// and records. This is the one place that starts threads for capture.
#pragma once

#include <trace/capture.hpp>

#include <functional>
#include <stop_token>
#include <thread>

#include "child/loop.hpp"

namespace trace::child {

// Who may ask for the end: with the grace, or at once.
struct StopTokens {
  std::stop_token stop;
  std::stop_token kill;
};

// Runs the program to its end and records its node; on the capture's thread.
using Work = std::function<Ended(Node node, Loop& loop, const StopTokens& stop)>;

// Does the work on a thread of its own. It is asked to stop by `stop`, by Execution::stop() and
// kill(), and by the end of the Execution.
Execution start_execution(Node node, StopTokens stop, Work work);

// A thread that no signal is delivered to: they are for the host program's own threads.
void start_without_signals(std::thread& thread, std::function<void()> body);

}  // namespace trace::child
