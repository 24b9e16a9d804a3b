// SPDX-License-Identifier: Apache-2.0
// The definitions of all commands for CLI11, which is used in this folder only: the commands get
// structs with the values. Parsing runs the chosen command on the main thread,
// which leaves its exit status in `status`.
#pragma once

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

#include "emitter/commands/commands.hpp"

namespace trace::cli::command_line {

// The words after the first -- of the command line; empty when there was none.
using AfterDashes = std::optional<std::vector<std::string>>;

void add_children(CLI::App& app, const AfterDashes& after, int& status);  // run and docker
void add_reading(CLI::App& app, int& status);   // those that show or cancel runs
void add_commands(CLI::App& app, int& status);  // all others

// An option with a value, which --help calls `value_name`.
template <class Value>
CLI::Option* add_option(CLI::App& command, const char* name, Value& value, const char* value_name,
                        const char* help) {
  return command.add_option(name, value, help)->type_name(value_name);
}

// The options of every command, and those that select a run and a node, which are required unless
// the environment has them, and those that describe a run. With `is_argument`, the run may also be
// given without --run.
void add_shared(CLI::App& command, commands::SharedOptions& options);
void add_node(CLI::App& command, commands::NodeOptions& options);
CLI::Option* add_run_option(CLI::App& command, std::string& run, bool is_argument = false);
CLI::Option* add_node_option(CLI::App& command, std::string& node);
void add_spec(CLI::App& command, RunSpec& spec);

}  // namespace trace::cli::command_line
