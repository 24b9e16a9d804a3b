// SPDX-License-Identifier: Apache-2.0
#include <trace/transport_type.hpp>

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <string>
#include <utility>

#include <trace/duration.hpp>

#include "config/settings.hpp"
#include "config/transport_settings.hpp"

namespace trace {

using namespace detail::config;

const std::string& TransportOptions::text(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    throw std::out_of_range("this transport has no setting " + std::string(name));
  }
  return found->second;
}

std::uint64_t TransportOptions::number(std::string_view name) const {
  const std::string& value = text(name);
  return value.empty() ? 0 : *parse_amount(Unit::bytes, value);  // reads a count just as well
}

std::chrono::milliseconds TransportOptions::duration(std::string_view name) const {
  const std::string& value = text(name);
  return value.empty() ? std::chrono::milliseconds(0) : *parse_duration(value);
}

bool TransportOptions::flag(std::string_view name) const { return text(name) == "true"; }

Result<TransportOptions> transport_options(const Config& config, const TransportType& type) {
  std::vector<FieldError> errors;
  TransportOptions options;
  options.endpoint = config.endpoint;
  options.request_timeout = config.request_timeout;
  for (const TransportSetting& setting : type.settings) {
    const auto given = config.transport_settings.find(setting.name);
    std::string value = given != config.transport_settings.end() ? given->second : std::string();
    if (std::string fault = value_fault(setting, value); !fault.empty()) {
      errors.push_back({both_names(setting.name), std::move(fault)});
      // What validate() cannot read, it does not see.
      if (is_amount(setting)) value.clear();
    }
    if (value.empty()) {
      value = setting.default_value;
      if (std::string fault = value_fault(setting, value); !fault.empty()) {
        errors.push_back({both_names(setting.name), "the default: " + fault});
        if (is_amount(setting)) value.clear();
      }
    }
    options.values_.emplace(setting.name, std::move(value));
  }
  if (type.validate) {
    for (FieldError& error : type.validate(options)) {
      errors.push_back({both_names(error.field), std::move(error.message)});
    }
  }
  if (!errors.empty()) return Error(std::move(errors));
  return options;
}

void TransportRegistry::add(TransportType type) {
  assert(!type.name.empty() && type.make != nullptr);
  assert(std::none_of(type.settings.begin(), type.settings.end(), [](const auto& own) {
    return std::any_of(settings().begin(), settings().end(),
                       [&](const Setting& shared) { return shared.field == own.name; });
  }));
  std::erase_if(types_, [&](const TransportType& known) { return known.name == type.name; });
  types_.push_back(std::move(type));
}

const TransportType* TransportRegistry::find(std::string_view name) const noexcept {
  const auto found = std::find_if(types_.begin(), types_.end(),
                                  [&](const TransportType& type) { return type.name == name; });
  return found == types_.end() ? nullptr : &*found;
}

}  // namespace trace
