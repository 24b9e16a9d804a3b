// SPDX-License-Identifier: Apache-2.0
// The settings of one transport, as its TransportType lists them: values, ranges, faults. What
// settings.cpp does for the members of Config.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include <trace/duration.hpp>
#include <trace/transport_type.hpp>

#include "config/settings.hpp"

namespace trace {
namespace detail::config {
namespace {

using Kind = TransportSetting::Kind;

std::string file_fault(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0 || access(path.c_str(), R_OK) != 0) {
    return path + " cannot be read: " + std::strerror(errno);
  }
  return S_ISDIR(info.st_mode) ? path + " is a directory" : std::string();
}

// Without the white space around it. A larger file does not hold a token.
std::string content_of(const std::string& path) {
  constexpr std::size_t most = 64 * 1024;
  constexpr const char* blanks = " \t\r\n";
  std::string text(most, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

bool is_amount(const TransportSetting& setting) noexcept {
  return setting.kind == Kind::count || setting.kind == Kind::bytes ||
         setting.kind == Kind::duration;
}

AmountRange range_of(const TransportSetting& setting) noexcept {
  const Unit unit = setting.kind == Kind::bytes      ? Unit::bytes
                    : setting.kind == Kind::duration ? Unit::milliseconds
                                                     : Unit::count;
  return {unit, setting.least, setting.most};
}

std::string amount_fault(const AmountRange& range, std::string_view text) {
  const auto amount = parse_amount(range.unit, text);
  return amount ? range_fault(range, *amount) : amount.error().text();
}

// The rule that the value breaks, or an empty text. An empty value, which is an unset one, is not
// wrong.
std::string value_fault(const TransportSetting& setting, const std::string& value) {
  if (value.empty()) return {};
  if (is_amount(setting)) return amount_fault(range_of(setting), value);
  if (setting.kind == Kind::boolean) {
    if (boolean_from_text(value)) return {};
    return "must be " + std::string(boolean_values) + ", not \"" + value + '"';
  }
  if (has_control_character(value)) return std::string(control_character_fault);
  return setting.kind == Kind::file ? file_fault(value) : std::string();
}

}  // namespace

std::vector<Credential> configured_credentials(const Config& config,
                                               const TransportRegistry& transports) {
  std::vector<Credential> credentials;
  for (const TransportType& type : transports.types()) {
    for (const TransportSetting& setting : type.settings) {
      const auto given = config.transport_settings.find(setting.name);
      if (!setting.is_credential || given == config.transport_settings.end() ||
          given->second.empty()) {
        continue;
      }
      credentials.push_back(
          {setting.name, setting.kind == Kind::file ? content_of(given->second) : given->second});
    }
  }
  return credentials;
}

std::string both_names(std::string_view setting) {
  return std::string(setting).append(" (").append(environment_name(setting)).append(")");
}

}  // namespace detail::config

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
      // validate() skips values that it cannot read.
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
