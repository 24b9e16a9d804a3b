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
void add_commands(CLI::App& app, int& status);                            // all others

// An option with a value, which --help calls `value_name`.
template <class Value>
CLI::Option* add_option(CLI::App& command, const char* name, Value& value, const char* value_name,
                        const char* help) {
  return command.add_option(name, value, help)->type_name(value_name);
}

// The options of every command, those that select a node, the one that selects a run, and those
// that describe it.
void add_shared(CLI::App& command, commands::SharedOptions& options);
void add_node(CLI::App& command, commands::NodeOptions& options);
void add_run_option(CLI::App& command, std::string& run);
void add_spec(CLI::App& command, RunSpec& spec);

}  // namespace trace::cli::command_line
