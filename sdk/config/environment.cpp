// SPDX-License-Identifier: Apache-2.0
#include "config/environment.hpp"

#include <unistd.h>

#include <cstdlib>

#include <trace/detail/search_path.hpp>

#include "config/settings.hpp"

namespace trace {
namespace detail::config {

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
}

Config config_from(const Environment& environment, const TransportRegistry& transports) {
  Config config;
  for (const Setting& setting : settings()) {
    const std::string variable = environment_name(setting.field);
    const std::optional<std::string> text = environment(variable.c_str());
    if (!text) continue;
    std::string fault = read_setting(setting, *text, config);
    if (!fault.empty()) config.unreadable.push_back({variable, std::move(fault)});
  }
  for (const TransportType& type : transports.types()) {
    for (const TransportSetting& setting : type.settings) {
      auto text = environment(environment_name(setting.name).c_str());
      if (text) config.transport_settings[setting.name] = std::move(*text);
    }
  }
  return config;
}

std::vector<std::pair<std::string, std::string>> environment_variables() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view entry = *each;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return variables;
}

std::string default_journal_dir(const Environment& environment) {
  // The XDG base directory specification: a relative path is to be ignored.
  const std::optional<std::string> state = environment("XDG_STATE_HOME");
  if (state && state->starts_with('/')) return *state + "/shiptrace";
  const std::optional<std::string> home = environment("HOME");
  if (home && home->starts_with('/')) return *home + "/.local/state/shiptrace";
  return {};
}

}  // namespace detail::config

std::string detail::search_path() {
  const char* const path = std::getenv("PATH");  // an empty one is the current directory
  return path != nullptr ? path : "/usr/local/bin:/bin:/usr/bin";
}

Config Config::from_env(const TransportRegistry& transports) {
  return detail::config::config_from(detail::config::process_environment(), transports);
}

}  // namespace trace
