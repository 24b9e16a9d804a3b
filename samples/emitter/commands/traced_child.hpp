// SPDX-License-Identifier: Apache-2.0
// The common part of `run` and `docker`: a session around one child, whose output also goes to our
// own terminal and whose end is our own exit status.
//
// Main thread. Ctrl-C, SIGTERM and SIGHUP end the child as CANCELLED; a second Ctrl-C kills it.
#pragma once

#include <trace/capture.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

#include "emitter/commands/commands.hpp"

namespace trace::cli::commands {

// What the capture is started with, for processes and containers alike.
struct ChildControl {
  std::chrono::milliseconds timeout;
  std::stop_token stop;
  std::stop_token kill;
  PassOn pass_on;
  std::optional<Input> input = {};
  std::optional<TerminalSize> terminal;
};
using RunChild = std::function<Ended(Node, ChildControl)>;

// Traces the child; returns the exit status for this process: the child's own, or 1 when the child
// succeeded and events were lost.
int trace_child(const ChildOptions& options, const RunChild& run);

}  // namespace trace::cli::commands
