// SPDX-License-Identifier: Apache-2.0
#include "config/finalized.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <system_error>
#include <vector>

#include "config/settings.hpp"

namespace trace::detail::config {
namespace {

// "file or http".
std::string names_of(const TransportRegistry& transports) {
  std::string names;
  for (std::size_t i = 0; i < transports.types().size(); ++i) {
    if (i > 0) names += i + 1 == transports.types().size() ? " or " : ", ";
    names += transports.types()[i].name;
  }
  return names;
}

bool is_known(std::string_view name, const TransportRegistry& transports) {
  const auto& types = transports.types();
  return std::any_of(types.begin(), types.end(), [&](const TransportType& type) {
    return std::any_of(type.settings.begin(), type.settings.end(),
                       [&](const TransportSetting& setting) { return setting.name == name; });
  });
}

void check_transport(const Config& config, const TransportRegistry& transports,
                     std::vector<FieldError>& errors) {
  for (const auto& [name, value] : config.transport_settings) {
    if (is_known(name, transports)) continue;
    errors.push_back({"transport_settings", '"' + name + "\" is not a setting of any transport"});
  }
  const TransportType* const type = transports.find(config.transport);
  if (type == nullptr) {
    const std::string names = names_of(transports);
    errors.push_back(
        {both_names("transport"), '"' + config.transport + "\" is not a transport; " +
                                      (names.empty() ? "register one" : "use " + names)});
  } else if (const auto options = transport_options(config, *type); !options) {
    const auto& faults = options.error().fields();
    errors.insert(errors.end(), faults.begin(), faults.end());
  }
}

// The working directory may change after the start, the journal may not.
std::string resolved_journal_dir(const Config& config, const Environment& environment) {
  if (config.journal_dir.empty()) return default_journal_dir(environment);
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(config.journal_dir, failed);
  return failed ? config.journal_dir : absolute.lexically_normal().string();
}

}  // namespace

Result<FinalizedConfig> finalize(Config config, const TransportRegistry* transports,
                                 const Environment& environment) {
  std::vector<FieldError> errors = config.unreadable;
  if (transports != nullptr) check_transport(config, *transports, errors);
  for (const Setting& setting : settings()) {
    std::string fault = value_fault(setting, config);
    if (!fault.empty()) errors.push_back({both_names(setting.field), std::move(fault)});
  }
  if (!errors.empty()) return Error(std::move(errors));
  std::string journal_dir = resolved_journal_dir(config, environment);
  return FinalizedConfig(std::move(config), std::move(journal_dir));
}

Result<FinalizedConfig> finalize(Config config, Dependencies& dependencies) try {
  const bool is_made = dependencies.transport != nullptr;
  auto finalized = finalize(std::move(config), is_made ? nullptr : &dependencies.transports);
  if (!finalized) return finalized;
  const Config& values = finalized->values();
  if (!is_made) {
    const TransportType& type = *dependencies.transports.find(values.transport);
    const auto options = transport_options(values, type);
    if (!options) return options.error();  // a file has vanished meanwhile
    dependencies.transport = type.make(*options);
    if (dependencies.transport == nullptr) return Error("transport", type.name + ": was not made");
  }
  finalized->credentials = configured_credentials(values, dependencies.transports);
  for (Credential& each : dependencies.transport->credentials()) {
    const bool is_configured =
        std::any_of(finalized->credentials.begin(), finalized->credentials.end(),
                    [&](const Credential& other) { return other.value == each.value; });
    if (!is_configured) finalized->credentials.push_back(std::move(each));
  }
  return finalized;
} catch (const std::exception& error) {
  return Error("transport", error.what());
}

}  // namespace trace::detail::config
