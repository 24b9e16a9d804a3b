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

// Collects what is wrong.
class Check {
 public:
  Check(const Config& config, const TransportRegistry* transports)
      : config_(config), transports_(transports), errors_(config.unreadable) {}

  std::vector<FieldError> run() {
    if (transports_ != nullptr) check_transport();
    for (const Setting& setting : settings()) note(setting.field, value_fault(setting, config_));
    return std::move(errors_);
  }

 private:
  void note(std::string_view setting, std::string fault) {
    if (!fault.empty()) errors_.push_back({both_names(setting), std::move(fault)});
  }

  void check_transport() {
    for (const auto& [name, value] : config_.transport_settings) {
      if (!is_known(name)) {
        errors_.push_back(
            {"transport_settings", '"' + name + "\" is not a setting of any transport"});
      }
    }
    const TransportType* const type = transports_->find(config_.transport);
    if (type == nullptr) {
      const std::string names = names_of(*transports_);
      note("transport", '"' + config_.transport + "\" is not a transport; " +
                            (names.empty() ? "register one" : "use " + names));
    } else if (const auto options = transport_options(config_, *type); !options) {
      const auto& faults = options.error().fields();
      errors_.insert(errors_.end(), faults.begin(), faults.end());
    }
  }

  bool is_known(std::string_view name) const {
    const auto& types = transports_->types();
    return std::any_of(types.begin(), types.end(), [&](const TransportType& type) {
      return std::any_of(type.settings.begin(), type.settings.end(),
                         [&](const TransportSetting& setting) { return setting.name == name; });
    });
  }

  const Config& config_;
  const TransportRegistry* transports_;
  std::vector<FieldError> errors_;
};

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
  std::vector<FieldError> errors = Check(config, transports).run();
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
