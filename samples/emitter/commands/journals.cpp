// SPDX-License-Identifier: Apache-2.0
// shiptrace inspect: shows the contents of journals, read-only. shiptrace recover: delivers those
// of dead and closed workers in the journal directory.
#include <fmt/format.h>
#include <trace/recovery.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "emitter/commands/commands.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::commands {
namespace {

// Without progress for this long, the backend counts as unavailable, as in `emit`.
constexpr std::chrono::seconds patience{60};

void print_report(const std::string& path, const JournalReport& report) {
  const std::string_view state = report.in_use           ? "in use by a live session"
                                 : report.closed_cleanly ? "closed before everything was sent"
                                                         : "left by a session that died";
  fmt::print("{}\n  session   {} ({})\n  sends to  {} {}\n  events    {}, {} of them unsent\n",
             output::printable(path), output::printable(report.session), state,
             output::printable(report.transport), output::printable(report.endpoint),
             output::thousands(report.events), output::thousands(report.unsent));
  fmt::print("  slabs     {}, {} damaged\n", output::thousands(report.slabs),
             output::thousands(report.damaged_slabs));
  for (const auto& run : report.runs) {
    fmt::print("  run       {}: {} events, {} unsent{}\n", output::printable(run.id),
               output::thousands(run.events), output::thousands(run.unsent),
               run.finish_unsent ? "; finished, which is unsent"
               : run.finished    ? "; finished"
                                 : "");
  }
  for (const auto& node : report.nodes) {
    fmt::print("  node      {} of {}: {}\n", output::printable(node.id),
               output::printable(node.run_id), node.ended ? "ended" : "open");
  }
  for (const auto& loss : report.dropped) {
    fmt::print("  dropped   {} ({})\n", output::thousands(loss.events), loss.reason);
  }
}

void print_progress(const RecoveryProgress& progress) {
  fmt::print(stderr, "{}: {} events delivered so far, {} more journals\n",
             progress.journal.empty() ? "reading" : output::printable(progress.journal),
             output::thousands(progress.delivered), output::thousands(progress.waiting));
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

int recover_all(const RecoverOptions& options) {
  Config config = config_of(options.shared);
  RecoveryOptions how{.from_endpoint = options.from, .discard = options.discard};
  if (!options.export_file.empty()) {
    how.from_transport = config.transport;
    if (how.from_endpoint.empty()) how.from_endpoint = config.endpoint;
    config.transport = "file";
    config.endpoint = options.export_file;
    config.transport_settings.clear();
  }
  if (!options.shared.quiet) how.on_progress = print_progress;
  const auto report = recover(std::move(config), patience, how);
  if (!report) return output::fail(report.error().text(), exit_code::usage);
  if (!options.shared.quiet) {
    fmt::print(stderr, "{} events delivered, {} rejected, {} nodes lost, {} journals removed\n",
               output::thousands(report->delivered), output::thousands(report->rejected),
               output::thousands(report->lost_nodes), output::thousands(report->journals));
    if (report->discarded > 0) {
      fmt::print(stderr, "{} undelivered events discarded\n", output::thousands(report->discarded));
    }
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
