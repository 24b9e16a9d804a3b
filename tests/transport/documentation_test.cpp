// SPDX-License-Identifier: Apache-2.0
// docs/configuration.md shows the settings of each built-in transport, word for word.
#include <doctest/doctest.h>
#include <trace/duration.hpp>
#include <trace/transport_type.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using trace::TransportSetting;
using trace::TransportType;

std::string code(const std::string& text) { return "`" + text + "`"; }

std::string environment_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c == '_' ? c : static_cast<char>(c - 'a' + 'A'); });
  return "SHIPTRACE_" + name;
}

std::string values_of(const TransportSetting& setting) {
  switch (setting.kind) {
    case TransportSetting::Kind::text:
    case TransportSetting::Kind::secret:
      return "text";
    case TransportSetting::Kind::file:
      return "path";
    case TransportSetting::Kind::boolean:
      return "true or false";
    case TransportSetting::Kind::count:
    case TransportSetting::Kind::bytes:
      return std::to_string(setting.least) + " to " + std::to_string(setting.most);
    case TransportSetting::Kind::duration:
      return trace::duration_text(std::chrono::milliseconds(setting.least)) + " to " +
             trace::duration_text(std::chrono::milliseconds(setting.most));
  }
  return {};
}

std::string markdown_table(const TransportType& type) {
  std::string table = "`SHIPTRACE_ENDPOINT`: " + type.endpoint + ".\n";
  if (type.settings.empty()) return table;
  table += "\n| Environment | `transport_settings` | Default | Values | Meaning |\n";
  table += "|---|---|---|---|---|\n";
  for (const TransportSetting& setting : type.settings) {
    const std::string fallback =
        setting.default_value.empty() ? "none" : code(setting.default_value);
    table += "| " + code(environment_name(setting.name)) + " | " + code(setting.name) + " | " +
             fallback + " | " + values_of(setting) + " | " + setting.help + " |\n";
  }
  return table;
}

std::string documented_table(const std::string& transport) {
  std::ifstream file(std::string(SHIPTRACE_DOCS_DIR) + "/configuration.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string start = "<!-- settings of " + transport + " -->\n";
  const std::size_t from = text.find(start);
  const std::size_t to = text.find("<!-- end of settings -->", from);
  if (from == std::string::npos || to == std::string::npos) return "(the marks are missing)";
  return text.substr(from + start.size(), to - from - start.size());
}

}  // namespace

TEST_CASE("docs/configuration.md shows the settings of every transport") {
  const auto transports = trace::builtin_transports();
  REQUIRE(transports.types().size() >= 2);
  for (const TransportType& type : transports.types()) {
    CAPTURE(type.name);
    const std::string table = markdown_table(type);
    const bool same = documented_table(type.name) == table;
    CHECK_MESSAGE(same, "the text should be:\n" << table);
  }
}
