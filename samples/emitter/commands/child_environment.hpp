// SPDX-License-Identifier: Apache-2.0
// The variables that connect `shiptrace` with scripts inside a child and with the program around
// it: SHIPTRACE_RUN, SHIPTRACE_NODE, SHIPTRACE_ENDPOINT and TRACEPARENT
// (docs/command-line.md#variables). Main thread, before others exist.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emitter/commands/commands.hpp"

namespace trace::cli::commands {

// The value of TRACEPARENT (W3C Trace Context); empty when it is not set or invalid.
std::string traceparent();

// The JSON object with the member "traceparent", if there is one; the object's own wins.
std::optional<std::string> with_traceparent(const std::optional<std::string>& data);

// Sets the variables for run, node and backend in our own environment, which a child inherits, and
// those for the options that override the configuration.
void set_child_environment(const ChildOptions& options, const Config& config);

// Names of the variables that a container gets beside those that it is given with --env.
std::vector<std::string> container_variables(const std::vector<std::string>& given,
                                             const Config& config);

}  // namespace trace::cli::commands
