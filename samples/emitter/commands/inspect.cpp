// SPDX-License-Identifier: Apache-2.0
// shiptrace inspect: shows the contents of journals, read-only.
#include <fmt/format.h>
#include <trace/recovery.hpp>

#include <cstdio>
#include <string>
#include <vector>

#include "emitter/commands/commands.hpp"
#include "emitter/output/failure.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::commands {
namespace {

void print_report(const std::string& path, const JournalReport& report) {
  const std::string_view state = report.in_use           ? "in use by a live session"
                                 : report.closed_cleanly ? "closed, with events kept"
                                                         : "left by a session that died";
  fmt::print("{}\n  session   {} ({})\n  sends to  {} {}\n  events    {}, {} of them unsent\n",
             output::printable(path), output::printable(report.session), state,
             output::printable(report.transport), output::printable(report.endpoint),
             output::thousands(report.events), output::thousands(report.unsent));
  fmt::print("  slabs     {}, {} damaged\n", output::thousands(report.slabs),
             output::thousands(report.damaged_slabs));
  for (const auto& run : report.runs) {
    fmt::print("  run       {}: {} events, {} unsent\n", output::printable(run.id),
               output::thousands(run.events), output::thousands(run.unsent));
  }
  for (const auto& node : report.nodes) {
    fmt::print("  node      {} of {}: {}\n", output::printable(node.id),
               output::printable(node.run_id), node.ended ? "ended" : "open");
  }
  for (const auto& loss : report.dropped) {
    fmt::print("  dropped   {} ({})\n", output::thousands(loss.events), loss.reason);
  }
}

}  // namespace

int inspect(const std::vector<std::string>& paths) {
  int status = exit_code::ok;
  for (const std::string& path : paths) {
    const auto report = inspect_journal(path);
    if (report) {
      print_report(path, *report);
    } else {
      status = output::fail(report.error().text());
    }
  }
  return status;
}

}  // namespace trace::cli::commands
