// SPDX-License-Identifier: Apache-2.0
// The environment of the process. environment.cpp is the only file of the library that reads it.
// Reading is safe as long as no other thread changes the environment.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <trace/config.hpp>
#include <trace/transport_type.hpp>

namespace trace::detail::config {

// Looks a variable up. An empty value counts as unset.
using Environment = std::function<std::optional<std::string>(const char* name)>;

// The process's own.
Environment process_environment();

// The defaults, overridden by the variables of `environment`. What cannot be read goes to
// Config::unreadable, under the variable's name.
Config config_from(const Environment& environment, const TransportRegistry& transports);

// All variables of the process, name and value.
std::vector<std::pair<std::string, std::string>> environment_variables();

// $XDG_STATE_HOME/shiptrace, else $HOME/.local/state/shiptrace, else empty.
std::string default_journal_dir(const Environment& environment);

}  // namespace trace::detail::config
