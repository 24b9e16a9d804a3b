// SPDX-License-Identifier: Apache-2.0
#include "config/transport_settings.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "config/settings.hpp"

namespace trace::detail::config {
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

std::string amount_fault(const AmountRange& range, std::string_view text) {
  const auto amount = parse_amount(range.unit, text);
  return amount ? range_fault(range, *amount) : amount.error().text();
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

std::string both_names(std::string_view setting) {
  return std::string(setting).append(" (").append(environment_name(setting)).append(")");
}

}  // namespace trace::detail::config
