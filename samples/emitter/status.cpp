// shiptrace status: where a run stands, as the backend sees it.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <trace/status.hpp>

#include <memory>
#include <string>

#include "backend.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "printable.hpp"
#include "quantity.hpp"
#include "run_gaps.hpp"

namespace trace::cli {
namespace {

struct StatusOptions {
  SharedOptions shared;
  std::string run;
  bool json = false;
};

std::string readable(const RunStatusPayload& status, std::string_view missing) {
  std::string out = fmt::format("{:10} {}\n", "run", printable(status.run_id));
  const auto row = [&](std::string_view title, std::string_view text) {
    if (!text.empty()) out += fmt::format("{:10} {}\n", title, printable(text));
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

// How many events of the run were lost; empty while none, or when the backend does not know.
std::string missing_events(Backend& backend, const std::string& run) {
  const auto gaps = read_gaps(backend, run, 1);
  if (!gaps) return gaps.error().text();
  if (!*gaps || (*gaps)->missing == 0) return {};
  return fmt::format("{} event{}; 'shiptrace verify' names them", thousands((*gaps)->missing),
                     (*gaps)->missing == 1 ? "" : "s");
}

int show_status(const StatusOptions& options) {
  auto backend = Backend::open(config_of(options.shared));
  if (!backend) return fail(backend.error().text(), exit_code::usage);
  const auto body = backend->get(run_path(options.run, "/status"));
  if (!body) return fail(body.error().text());
  const auto status = parse_run_status(*body);
  if (!status) {
    return fail(fmt::format("the backend's answer is no run status: {}; check --endpoint",
                            status.error().text()));
  }
  if (options.json) {
    fmt::print("{}\n", printable_json(to_json(*status)));
  } else {
    fmt::print("{}", readable(*status, missing_events(*backend, options.run)));
  }
  return exit_code::ok;
}

}  // namespace

void add_status(CLI::App& app, int& status) {
  const auto options = std::make_shared<StatusOptions>();
  CLI::App* command = app.add_subcommand("status", "Shows the status of a run.");
  command->add_option("--run", options->run, "the workflow run's id")->required()->type_name("R");
  command->add_flag("--json", options->json, "as JSON on one line");
  add_shared(*command, options->shared);
  command->footer(
      "Exit codes: 0 the status is shown, whatever it is; 1 the run is unknown or the backend\n"
      "cannot be read; 2 wrong options or configuration.");
  command->final_callback([options, &status] { status = show_status(*options); });
}

}  // namespace trace::cli
