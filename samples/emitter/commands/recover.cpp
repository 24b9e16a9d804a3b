// SPDX-License-Identifier: Apache-2.0
// shiptrace recover: delivers the journals of dead and closed workers in the journal directory.
#include <fmt/format.h>
#include <trace/recovery.hpp>

#include <cstdio>

#include "emitter/commands/commands.hpp"
#include "emitter/output/failure.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::commands {
namespace {

using namespace std::chrono_literals;

// Without progress for this long, the backend counts as unavailable, as in `emit`.
constexpr auto patience = 60s;

}  // namespace

int recover_all(const SharedOptions& options) {
  const auto report = recover(config_of(options), patience);
  if (!report) return output::fail(report.error().text(), exit_code::usage);
  if (!options.quiet) {
    fmt::print(stderr, "{} events delivered, {} rejected, {} nodes lost, {} journals removed\n",
               output::thousands(report->delivered), output::thousands(report->rejected),
               output::thousands(report->lost_nodes), output::thousands(report->journals));
  }
  for (const std::string& line : report->left) output::fail("left: " + line);
  if (report->quarantined > 0) {
    output::fail(
        fmt::format("{} damaged parts of journals are kept in quarantine/ in the journal directory"
                    ", {} could not be kept",
                    output::thousands(report->quarantined - report->not_quarantined),
                    output::thousands(report->not_quarantined)));
  }
  if (report->lost > 0)
    output::fail(fmt::format("{} events are lost", output::thousands(report->lost)));
  const bool whole = report->left.empty() && report->quarantined == 0 && report->lost == 0;
  return whole ? exit_code::ok : exit_code::failed;
}

}  // namespace trace::cli::commands
