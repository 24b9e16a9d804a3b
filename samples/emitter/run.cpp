// shiptrace run: a process as a node of a run.
#include <CLI/CLI.hpp>

#include <memory>

#include "commands.hpp"
#include "traced_child.hpp"

namespace trace::cli {

void add_run(CLI::App& app, const BehindDashes& behind, int& status) {
  const auto options = std::make_shared<ChildOptions>();
  CLI::App* command = app.add_subcommand("run",
                                         "Runs a command, passes its output on and records it.\n"
                                         "  shiptrace run --run R --node N [OPTIONS] -- CMD ARGS…");
  add_child(*command, *options);
  command->final_callback([command, options, &behind, &status] {
    const auto arguments = child_arguments(*command, behind, "CMD");
    status = trace_child(*options, [&](Node node, ChildControl control) {
      return run_process(std::move(node), {.argv = arguments,
                                           .timeout = control.timeout,
                                           .stop = control.stop,
                                           .kill = control.kill,
                                           .pass_on = control.pass_on,
                                           .input = std::move(control.input),
                                           .terminal = control.terminal});
    });
  });
}

}  // namespace trace::cli
