// shiptrace inspect: what a journal holds, without touching it.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <trace/recovery.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "printable.hpp"
#include "quantity.hpp"

namespace trace::cli {
namespace {

void print_report(const std::string& path, const JournalReport& report) {
  const std::string_view state = report.in_use           ? "in use by a live session"
                                 : report.closed_cleanly ? "closed, with events kept"
                                                         : "left by a session that died";
  fmt::print("{}\n  session   {} ({})\n  bound for {} {}\n  events    {}, {} of them unsent\n",
             printable(path), printable(report.session), state, printable(report.transport),
             printable(report.endpoint), thousands(report.events), thousands(report.unsent));
  fmt::print("  slabs     {}, {} damaged\n", thousands(report.slabs),
             thousands(report.damaged_slabs));
  for (const auto& run : report.runs) {
    fmt::print("  run       {}: {} events, {} unsent\n", printable(run.id), thousands(run.events),
               thousands(run.unsent));
  }
  for (const auto& node : report.nodes) {
    fmt::print("  node      {} of {}: {}\n", printable(node.id), printable(node.run_id),
               node.ended ? "ended" : "open");
  }
  for (const auto& loss : report.dropped) {
    fmt::print("  dropped   {} ({})\n", thousands(loss.events), loss.reason);
  }
}

int inspect_all(const std::vector<std::string>& paths) {
  int status = exit_code::ok;
  for (const std::string& path : paths) {
    const auto report = inspect_journal(path);
    if (report) {
      print_report(path, *report);
    } else {
      status = fail(report.error().text());
    }
  }
  return status;
}

}  // namespace

void add_inspect(CLI::App& app, int& status) {
  const auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("inspect", "Shows what journals hold.");
  command->add_option("journal", *paths, "journal files")->required()->type_name("JOURNAL");
  command->footer("Exit codes: 0 all are shown; 1 one cannot be read; 2 wrong options.");
  command->final_callback([paths, &status] { status = inspect_all(*paths); });
}

}  // namespace trace::cli
