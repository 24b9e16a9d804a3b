// SPDX-License-Identifier: Apache-2.0
// The definitions of all commands for CLI11. command_line.cpp calls each once; parsing then runs
// the chosen command on the main thread, which leaves its exit status in `status`.
#pragma once

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

#include "emitter/commands/session.hpp"

namespace trace::cli::command_line {

// The words after the first -- of the command line; empty when there was none.
using AfterDashes = std::optional<std::vector<std::string>>;

// children.cpp
void add_run(CLI::App& app, const AfterDashes& after, int& status);
void add_docker(CLI::App& app, const AfterDashes& after, int& status);
// recording.cpp
void add_record(CLI::App& app, int& status);
void add_emit(CLI::App& app, int& status);
void add_summarize(CLI::App& app, int& status);
void add_recover(CLI::App& app, int& status);
// reading.cpp
void add_verify(CLI::App& app, int& status);
void add_tail(CLI::App& app, int& status);
void add_status(CLI::App& app, int& status);
void add_inspect(CLI::App& app, int& status);

// The options of every command, those that select a node, and the one that selects a run.
void add_shared(CLI::App& command, commands::SharedOptions& options);
void add_node(CLI::App& command, commands::NodeOptions& options);
void add_run_option(CLI::App& command, std::string& run);

}  // namespace trace::cli::command_line
