// SPDX-License-Identifier: Apache-2.0
// shiptrace run: a process as a node of a run.
#include <cassert>
#include <utility>

#include "emitter/commands/commands.hpp"
#include "emitter/commands/traced_child.hpp"

namespace trace::cli::commands {

int run(const ChildOptions& options, const std::vector<std::string>& arguments) {
  assert(!arguments.empty());
  return trace_child(options, [&](Node node, ChildControl control) {
    return run_process(std::move(node), {.argv = arguments,
                                         .timeout = control.timeout,
                                         .stop = control.stop,
                                         .kill = control.kill,
                                         .pass_on = control.pass_on,
                                         .input = std::move(control.input),
                                         .terminal = control.terminal});
  });
}

}  // namespace trace::cli::commands
