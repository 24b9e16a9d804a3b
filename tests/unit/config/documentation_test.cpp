// SPDX-License-Identifier: Apache-2.0
// docs/configuration.md shows the table of the code, word for word.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "config/settings.hpp"
#include "unit/config/value_text.hpp"

namespace {

using trace::Config;
using trace::detail::config::environment_name;
using trace::detail::config::Setting;
using trace::detail::config::settings;

std::string code(const std::string& text) { return "`" + text + "`"; }

std::string default_text(const Setting& setting) {
  const std::string value = trace::testing::value_text(setting, Config{});
  return value.empty() ? "none" : code(value);
}

// The text between the two marks of docs/configuration.md.
std::string markdown_table() {
  std::string table = "| Environment | `trace::Config` | Default | Values | Meaning |\n";
  table += "|---|---|---|---|---|\n";
  for (const Setting& setting : settings()) {
    table += "| " + code(environment_name(setting.field)) + " | " +
             code(std::string(setting.field)) + " | " + default_text(setting) + " | " +
             range_text(setting) + " | " + std::string(setting.help) + " |\n";
  }
  return table;
}

std::string documented_table() {
  std::ifstream file(std::string(SHIPTRACE_DOCS_DIR) + "/configuration.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string start = "<!-- settings -->\n";
  const std::size_t from = text.find(start);
  const std::size_t to = text.find("<!-- end of settings -->");
  if (from == std::string::npos || to == std::string::npos) return "(the marks are missing)";
  return text.substr(from + start.size(), to - from - start.size());
}

}  // namespace

TEST_CASE("docs/configuration.md shows the table of the code") {
  // On a difference the whole table is in the message, to be pasted between the marks.
  const bool same = documented_table() == markdown_table();
  CHECK_MESSAGE(same, "the table should be:\n" << markdown_table());
}

TEST_CASE("no setting is missing, and none has another's name") {
  // A new member of Config stops this from compiling: it belongs into the table, too.
  const Config config;
  const auto& [transport, endpoint, transport_settings, journal_dir, journal_budget, when_full,
               docker_clients, guard_sigbus, redact_environment, redact_patterns, level,
               batch_bytes, batch_events, batch_delay, request_timeout, close_timeout,
               on_diagnostic, unreadable] = config;
  constexpr std::size_t members = 18;
  constexpr std::size_t not_settable = 3;  // transport_settings, on_diagnostic, unreadable
  CHECK(settings().size() == members - not_settable);
  CHECK(transport == "http");

  std::set<std::string> names;
  for (const Setting& setting : settings()) {
    names.insert(std::string(setting.field));
  }
  CHECK(names.size() == settings().size());
  CHECK(trace::detail::config::environment_name("journal_dir") == "SHIPTRACE_JOURNAL_DIR");
}
