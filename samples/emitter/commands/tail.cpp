// SPDX-License-Identifier: Apache-2.0
// shiptrace tail: shows the events of a run that the backend has, once or live.
#include <fmt/format.h>
#include <trace/event.hpp>
#include <trace/status.hpp>

#include <chrono>
#include <string>
#include <utility>

#include "emitter/backend/backend.hpp"
#include "emitter/commands/commands.hpp"
#include "emitter/commands/verdict.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/times.hpp"
#include "emitter/stop_signals.hpp"
#include "emitter/tail/event_filter.hpp"
#include "emitter/tail/event_printer.hpp"
#include "emitter/tail/follower.hpp"

namespace trace::cli::commands {
namespace {

constexpr std::size_t page_limit = 1000;

output::Zone zone_of(const TailOptions& options) {
  return options.utc ? output::Zone::utc : output::Zone::local;
}

Result<tail::EventFilter> filter_of(const TailOptions& options) {
  tail::EventFilter filter{.nodes = options.nodes, .stream = options.stream};
  if (!options.level.empty()) filter.level = *level_from_name(options.level);
  if (!options.grep.empty()) {
    auto pattern = tail::Pattern::compile(options.grep);
    if (!pattern) return Error("--grep", pattern.error().text());
    filter.pattern = std::move(*pattern);
  }
  if (!options.since.empty()) {
    const auto now =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    filter.since = output::since_from_text(options.since, now, zone_of(options));
    if (!filter.since) {
      return Error("--since", fmt::format("\"{}\" is not a time; use 5m, \"2026-11-30 04:20\" or "
                                          "2026-11-30T04:20:00Z",
                                          options.since));
    }
  }
  return filter;
}

// Prints the events that the backend has now. Returns the cursor after them.
Result<std::string> print_stored(backend::Backend& backend, const TailOptions& options,
                                 tail::EventPrinter& printer) {
  if (options.lines) printer.keep_last(*options.lines);
  const auto read = backend::read_trace(
      backend, options.run, options.cursor, page_limit, [&](auto& event) { printer.take(event); },
      [&] { return printer.flush(); });
  if (!read) return read.error();
  printer.print_kept();
  return read->cursor;
}

// The exit status for the verdict of the run as it is now.
int verdict_now(backend::Backend& backend, const std::string& run) {
  const auto body = backend.get(backend::run_path(run, "/status"));
  if (!body) return output::fail(body.error().text());
  const auto status = parse_run_status(*body);
  return status ? exit_status_of(status->status) : output::fail(status.error().text());
}

int tail_once(backend::Backend& backend, const TailOptions& options, tail::EventPrinter& printer) {
  const auto cursor = print_stored(backend, options, printer);
  if (!cursor) return output::fail(cursor.error().text());
  if (!printer.flush()) return exit_code::failed;
  return options.exit_status ? verdict_now(backend, options.run) : exit_code::ok;
}

int follow(backend::Backend& backend, const TailOptions& options, tail::EventPrinter& printer) {
  std::string cursor = options.cursor;
  const auto known = backend.get_if_known(backend::run_path(options.run, "/status"));
  const bool is_new = known && !*known;
  if (options.lines && !is_new) {
    // The stream begins after what is stored.
    if (!known) return output::fail(known.error().text());
    auto after = print_stored(backend, options, printer);
    if (!after) return output::fail(after.error().text());
    if (!printer.flush()) return exit_code::failed;
    cursor = std::move(*after);
  }
  const StopSignals stop;
  return tail::Follower(backend,
                        {.run = options.run,
                         .cursor = std::move(cursor),
                         .is_new = is_new,
                         .exit_status = options.exit_status,
                         .quiet = options.shared.quiet},
                        stop, printer)
      .follow();
}

}  // namespace

int tail(const TailOptions& options) {
  auto backend = backend::Backend::open(config_of(options.shared));
  if (!backend) return output::fail(backend.error().text(), exit_code::usage);
  auto filter = filter_of(options);
  if (!filter) return output::fail(filter.error().text(), exit_code::usage);
  tail::EventPrinter printer(std::move(*filter), options.format, zone_of(options));
  return options.follow ? follow(*backend, options, printer)
                        : tail_once(*backend, options, printer);
}

}  // namespace trace::cli::commands
