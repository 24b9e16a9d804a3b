// SPDX-License-Identifier: Apache-2.0
// shiptrace runs and shiptrace nodes: what the backend has, one row each.
#include <fmt/format.h>
#include <trace/status.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "emitter/backend/overviews.hpp"
#include "emitter/commands/commands.hpp"
#include "emitter/commands/overview_tables.hpp"
#include "emitter/output/exit.hpp"
#include "emitter/output/screen.hpp"
#include "emitter/output/text.hpp"

namespace trace::cli::commands {
namespace {

template <class Overview>
void print(const std::vector<Overview>& list, Format format) {
  if (format == Format::json) {
    for (const Overview& each : list) fmt::print("{}\n", output::printable_json(each.json));
  } else {
    fmt::print("{}", table_of(list, wall_time_now(), output::screen_of_stdout()));
  }
}

bool is_wanted(const RunsOptions& options, const std::string& status) {
  return options.statuses.empty() || std::find(options.statuses.begin(), options.statuses.end(),
                                               status) != options.statuses.end();
}

}  // namespace

int runs(const RunsOptions& options) {
  auto backend = backend::Backend::open(config_of(options.shared));
  if (!backend) return output::fail(backend.error().text(), exit_code::usage);
  std::vector<backend::RunOverview> found;
  // The backend does not select by status: with a selection, whole pages are read.
  const std::size_t page = options.statuses.empty() ? options.limit : static_cast<std::size_t>(-1);
  const auto read = backend::read_runs(*backend, page, [&](backend::RunOverview& run) {
    if (is_wanted(options, run.status)) found.push_back(std::move(run));
    return found.size() < options.limit;
  });
  if (!read) return output::fail(read.error().text());
  print(found, options.format);
  return exit_code::ok;
}

int nodes(const NodesOptions& options) {
  auto backend = backend::Backend::open(config_of(options.shared));
  if (!backend) return output::fail(backend.error().text(), exit_code::usage);
  const auto found = backend::read_nodes(*backend, options.run);
  if (!found) return output::fail(found.error().text());
  if (!*found) {
    return output::fail(
        fmt::format("{} does not know the nodes of run {}: check --run and "
                    "--endpoint",
                    backend->endpoint(), options.run));
  }
  print(**found, options.format);
  return exit_code::ok;
}

}  // namespace trace::cli::commands
