// shiptrace recover: delivers now what workers that are gone left in the journal directory.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <trace/recovery.hpp>

#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "options.hpp"
#include "printable.hpp"
#include "quantity.hpp"

namespace trace::cli {
namespace {

using namespace std::chrono_literals;

// As `emit` does: this long without progress means that the backend is not there.
constexpr auto patience = 60s;

int recover_all(const SharedOptions& options) {
  const auto report = recover(config_of(options), patience);
  if (!report) return fail(report.error().text(), exit_code::usage);
  if (!options.quiet) {
    fmt::print(stderr, "{} events delivered, {} rejected, {} nodes lost, {} journals removed\n",
               thousands(report->delivered), thousands(report->rejected),
               thousands(report->lost_nodes), thousands(report->journals));
  }
  for (const std::string& line : report->left) fail("left: " + line);
  if (report->quarantined > 0) {
    fail(
        fmt::format("{} damaged parts of journals are kept in quarantine/ in the journal directory"
                    ", {} could not be kept",
                    thousands(report->quarantined - report->not_quarantined),
                    thousands(report->not_quarantined)));
  }
  if (report->lost > 0) fail(fmt::format("{} events are lost", thousands(report->lost)));
  const bool whole = report->left.empty() && report->quarantined == 0 && report->lost == 0;
  return whole ? exit_code::ok : exit_code::failed;
}

}  // namespace

void add_recover(CLI::App& app, int& status) {
  const auto options = std::make_shared<SharedOptions>();
  CLI::App* command = app.add_subcommand(
      "recover", "Delivers what workers that are gone left in the journal directory.");
  add_shared(*command, *options);
  command->footer(
      "Journals of live sessions are theirs; of another destination or format they are left "
      "alone.\n"
      "Exit codes: 0 nothing is left; 1 something is left, damaged or lost, stderr says what and\n"
      "why; 2 wrong options or configuration.");
  command->final_callback([options, &status] { status = recover_all(*options); });
}

}  // namespace trace::cli
