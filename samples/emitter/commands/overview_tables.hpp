// SPDX-License-Identifier: Apache-2.0
// Runs and nodes as tables for a terminal. Main thread.
#pragma once

#include <trace/status.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "emitter/backend/overviews.hpp"
#include "emitter/output/screen.hpp"
#include "emitter/output/times.hpp"

namespace trace::cli::commands {

// RUN, STATUS, AGE (since the start), DURATION, NODES (completed/all), EVENTS.
std::string table_of(const std::vector<backend::RunOverview>& runs, output::WallTime now,
                     output::Screen screen);

// NODE, STATUS, ATTEMPTS, DURATION, EVENTS, WARN, ERRORS, LAST MESSAGE; of a failed node the reason
// instead of the message. A node is indented below its parent. A narrow screen gets ATTEMPTS only
// if a node has more than one.
std::string table_of(const std::vector<backend::NodeOverview>& nodes, output::WallTime now,
                     output::Screen screen);

// Of a run or a node.
std::string_view colour_of_status(std::string_view status);

output::WallTime wall_time_now();

}  // namespace trace::cli::commands
