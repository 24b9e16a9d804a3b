// SPDX-License-Identifier: Apache-2.0
#include "emitter/commands/overview_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include "emitter/output/character.hpp"
#include "emitter/output/table.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::commands {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view unknown = "-";
// A narrower screen has no column for attempts if each node has only one.
constexpr std::size_t wide = 100;
// Of a message in a table on a screen; `tail` shows all of it.
constexpr std::size_t most_message_columns = 160;

milliseconds between(output::WallTime begin, output::WallTime end) {
  return std::chrono::duration_cast<milliseconds>(end - begin);
}

std::string age_of(const std::string& started_at, output::WallTime now) {
  const auto started = output::time_from_text(started_at);
  return started ? output::age_text(between(*started, now)) : std::string(unknown);
}

// From the start to the end, or until now.
std::string duration_of(const std::string& started_at, const std::string& ended_at,
                        output::WallTime now) {
  const auto started = output::time_from_text(started_at);
  if (!started) return std::string(unknown);
  return output::duration_text(between(*started, output::time_from_text(ended_at).value_or(now)));
}

bool is_open(std::string_view status) {
  return status == "RUNNING" || status == "RETRYING" || status == "LOST";
}

std::string node_duration(const backend::NodeOverview& node, output::WallTime now) {
  if (is_open(node.status)) return duration_of(node.started_at, {}, now);
  if (!node.duration_ms) return std::string(unknown);
  return output::duration_text(
      milliseconds(std::min<std::uint64_t>(*node.duration_ms, std::uint64_t{1} << 52)));
}

// The first line, cut if the screen would not show more of it anyway.
std::string excerpt(std::string_view message, output::Screen screen) {
  const std::size_t end = message.find('\n');
  std::string line = output::printable(output::with_expanded_tabs(message.substr(0, end)));
  const bool is_long = screen.columns > 0 && output::columns_of(line) > most_message_columns;
  if (is_long) line = output::folded(line, most_message_columns).front();
  const bool is_cut = is_long || (end != std::string_view::npos && end + 1 < message.size());
  return is_cut ? line + " …" : line;
}

std::string message_of(const backend::NodeOverview& node, output::Screen screen) {
  if (node.failure.empty()) return excerpt(node.last_message, screen);
  const std::string reason = excerpt(node.failure, screen);
  return node.failure_code.empty() ? reason : fmt::format("{} ({})", reason, node.failure_code);
}

}  // namespace

std::string_view colour_of_status(std::string_view status) {
  if (status == "COMPLETED") return output::colour::green;
  if (status == "RUNNING") return output::colour::cyan;
  if (status == "CANCELLED" || status == "RETRYING") return output::colour::yellow;
  if (status == "QUEUED" || status == "PENDING" || status == "SKIPPED") return output::colour::dim;
  return output::colour::red;  // FAILED, TERMINATED, TIMED_OUT, LOST
}

output::WallTime wall_time_now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string table_of(const std::vector<backend::RunOverview>& runs, output::WallTime now,
                     output::Screen screen) {
  output::Table table({{.title = "RUN", .folds = true},
                       {.title = "STATUS"},
                       {.title = "AGE", .is_number = true},
                       {.title = "DURATION", .is_number = true},
                       {.title = "NODES", .is_number = true},
                       {.title = "EVENTS", .is_number = true}},
                      screen);
  for (const backend::RunOverview& run : runs) {
    const bool has_begun = run.events > 0;
    table.add({{run.id},
               {run.status, colour_of_status(run.status)},
               {age_of(run.started_at, now)},
               {has_begun ? duration_of(run.started_at, run.ended_at, now) : std::string(unknown)},
               {fmt::format("{}/{}", run.completed, run.total > 0 ? run.total : run.started)},
               {output::thousands(run.events)}});
  }
  return table.text();
}

std::string table_of(const std::vector<backend::NodeOverview>& nodes, output::WallTime now,
                     output::Screen screen) {
  const bool has_attempts =
      screen.columns == 0 || screen.columns >= wide ||
      std::any_of(nodes.begin(), nodes.end(), [](const auto& node) { return node.attempts > 1; });
  std::vector<output::Table::Column> columns{{.title = "NODE", .folds = true}, {.title = "STATUS"}};
  if (has_attempts) columns.push_back({.title = "ATTEMPTS", .is_number = true});
  for (const std::string_view title : {"DURATION", "EVENTS", "WARN", "ERRORS"}) {
    columns.push_back({.title = title, .is_number = true});
  }
  columns.push_back({.title = "LAST MESSAGE", .folds = true});
  output::Table table(std::move(columns), screen);
  std::map<std::string, std::size_t, std::less<>> depths;  // of the nodes so far
  const auto count = [](std::uint64_t number, std::string_view colour) {
    return output::Table::Cell{output::thousands(number),
                               number > 0 ? colour : output::colour::none};
  };
  for (const backend::NodeOverview& node : nodes) {
    const auto parent = depths.find(node.parent);
    const std::size_t depth = parent == depths.end() ? 0 : parent->second + 1;
    depths.emplace(node.id, depth);
    std::vector<output::Table::Cell> row{{std::string(2 * depth, ' ') + node.id},
                                         {node.status, colour_of_status(node.status)}};
    if (has_attempts) row.push_back({output::thousands(node.attempts)});
    row.push_back({node_duration(node, now)});
    row.push_back({output::thousands(node.events)});
    row.push_back(count(node.warnings, output::colour::yellow));
    row.push_back(count(node.errors, output::colour::red));
    row.push_back({message_of(node, screen)});
    table.add(std::move(row));
  }
  return table.text();
}

}  // namespace trace::cli::commands
