// SPDX-License-Identifier: Apache-2.0
// shiptrace status: shows the status of a run and of its nodes.
#include <fmt/format.h>
#include <simdjson.h>
#include <trace/status.hpp>

#include <optional>
#include <string>
#include <vector>

#include "emitter/backend/backend.hpp"
#include "emitter/backend/overviews.hpp"
#include "emitter/commands/commands.hpp"
#include "emitter/commands/overview_tables.hpp"
#include "emitter/commands/verdict.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/screen.hpp"
#include "emitter/output/text.hpp"
#include "emitter/output/times.hpp"

namespace trace::cli::commands {
namespace {

using Nodes = std::vector<backend::NodeOverview>;

std::chrono::milliseconds between(output::WallTime begin, output::WallTime end) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(end - begin);
}

// "2026-11-30 04:20:12 UTC"
std::string date_and_time(output::WallTime time, output::Zone zone) {
  return fmt::format("{} {} {}", output::date_text(time, zone),
                     output::time_of_day_text(time, zone).substr(0, 8),
                     output::zone_name(time, zone));
}

// The reason of the failure, with node and code where the backend names them.
std::string failure_text(const RunFailure& failure) {
  simdjson::dom::parser parser;
  const auto details = parser.parse(failure.details.value_or("{}"));
  std::string_view node;
  std::string_view code;
  std::string text = failure.reason;
  if (details["nodeId"].get(node) == simdjson::SUCCESS) text = fmt::format("{}: {}", node, text);
  if (failure.temporal_code) {
    text += fmt::format(" ({})", *failure.temporal_code);
  } else if (details["code"].get(code) == simdjson::SUCCESS) {
    text += fmt::format(" ({})", code);
  }
  return text;
}

// "1,204 (2 warnings, 1 error)", of all nodes together.
std::string events_text(const Nodes& nodes) {
  std::uint64_t events = 0;
  std::uint64_t warnings = 0;
  std::uint64_t errors = 0;
  for (const backend::NodeOverview& node : nodes) {
    events += node.events;
    warnings += node.warnings;
    errors += node.errors;
  }
  return fmt::format("{} ({} warning{}, {} error{})", output::thousands(events),
                     output::thousands(warnings), warnings == 1 ? "" : "s",
                     output::thousands(errors), errors == 1 ? "" : "s");
}

// The lines above the nodes.
std::string summary_of(const RunStatusPayload& status, const std::optional<Nodes>& nodes,
                       std::string_view missing, output::Zone zone, output::Screen screen) {
  std::string out = fmt::format("{:10} {}\n", "run", output::printable(status.run_id));
  const auto row = [&](std::string_view title, std::string_view text,
                       std::string_view colour = {}) {
    if (text.empty()) return;
    out += fmt::format("{:10} {}\n", title, screen.painted(colour, output::printable(text)));
  };
  const output::WallTime now = wall_time_now();
  const auto started = output::time_from_text(status.started_at);
  const auto ended = output::time_from_text(status.completed_at.value_or(""));
  row("status", name(status.status), colour_of_status(name(status.status)));
  if (status.failure) row("failure", failure_text(*status.failure), output::colour::red);
  if (status.progress) {
    row("progress", fmt::format("{} of {} actions", status.progress->completed_actions,
                                status.progress->total_actions));
  }
  if (started) {
    row("started", fmt::format("{}, {} ago", date_and_time(*started, zone),
                               output::age_text(between(*started, now))));
  }
  if (started && ended) {
    row("ended", fmt::format("{}, took {}", date_and_time(*ended, zone),
                             output::duration_text(between(*started, *ended))));
  } else if (started && status.status == RunStatus::running) {
    row("running", output::duration_text(between(*started, now)));
  }
  row("workflow", status.workflow_id);
  row("queue", status.task_queue);
  if (nodes) row("events", events_text(*nodes));
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
  const auto status =
      backend::run_status_in(backend->get(backend::run_path(options.run, "/status")));
  if (!status) return output::fail(status.error().text());
  if (options.format == Format::json) {
    fmt::print("{}\n", output::printable_json(to_json(*status)));
  } else {
    const auto nodes = backend::read_nodes(*backend, options.run);
    if (!nodes) return output::fail(nodes.error().text());
    const output::Screen screen = output::screen_of_stdout();
    fmt::print("{}", summary_of(*status, *nodes, missing_events(*backend, options.run),
                                options.utc ? output::Zone::utc : output::Zone::local, screen));
    if (*nodes && !(*nodes)->empty()) {
      fmt::print("\n{}", table_of(**nodes, wall_time_now(), screen));
    }
  }
  return options.exit_status ? exit_status_of(status->status) : exit_code::ok;
}

}  // namespace trace::cli::commands
