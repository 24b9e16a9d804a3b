// SPDX-License-Identifier: Apache-2.0
// shiptrace status: shows the status of a run.
#include <fmt/format.h>
#include <trace/status.hpp>

#include <string>

#include "emitter/backend/backend.hpp"
#include "emitter/commands/commands.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::commands {
namespace {

std::string readable(const RunStatusPayload& status, std::string_view missing) {
  std::string out = fmt::format("{:10} {}\n", "run", output::printable(status.run_id));
  const auto row = [&](std::string_view title, std::string_view text) {
    if (!text.empty()) out += fmt::format("{:10} {}\n", title, output::printable(text));
  };
  row("status", name(status.status));
  if (status.progress) {
    row("progress", fmt::format("{} of {} actions", status.progress->completed_actions,
                                status.progress->total_actions));
  }
  row("workflow", status.workflow_id);
  row("started", status.started_at);
  row("updated", status.updated_at);
  row("completed", status.completed_at.value_or(""));
  if (status.failure) {
    row("failure", status.failure->reason);
    row("code", status.failure->temporal_code.value_or(""));
    row("details", status.failure->details.value_or(""));
  }
  row("missing", missing);
  return out;
}

// The number of missing events of the run; empty when there are none, or the backend does not know.
std::string missing_events(backend::Backend& backend, const std::string& run) {
  const auto gaps = backend::read_gaps(backend, run, 1);
  if (!gaps) return gaps.error().text();
  if (!*gaps || (*gaps)->missing == 0) return {};
  return fmt::format("{} event{}; 'shiptrace verify' names them",
                     output::thousands((*gaps)->missing), (*gaps)->missing == 1 ? "" : "s");
}

}  // namespace

int show_status(const StatusOptions& options) {
  auto backend = backend::Backend::open(config_of(options.shared));
  if (!backend) return output::fail(backend.error().text(), exit_code::usage);
  const auto body = backend->get(backend::run_path(options.run, "/status"));
  if (!body) return output::fail(body.error().text());
  const auto status = parse_run_status(*body);
  if (!status) {
    return output::fail(fmt::format(
        "the backend's response is not a run status: {}; check --endpoint", status.error().text()));
  }
  if (options.json) {
    fmt::print("{}\n", output::printable_json(to_json(*status)));
  } else {
    fmt::print("{}", readable(*status, missing_events(*backend, options.run)));
  }
  return exit_code::ok;
}

}  // namespace trace::cli::commands
