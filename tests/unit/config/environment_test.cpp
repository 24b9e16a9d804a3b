// SPDX-License-Identifier: Apache-2.0
#include "config/environment.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "config/settings.hpp"
#include "unit/config/sample_transport.hpp"
#include "unit/config/value_text.hpp"

namespace {

using namespace std::chrono_literals;
using trace::Config;
using trace::detail::config::config_from;
using trace::detail::config::default_journal_dir;
using trace::detail::config::Environment;

Environment holding(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

}  // namespace

TEST_CASE("an empty environment gives the defaults") {
  const Config config = config_from(holding({}), {});
  const Config defaults;
  CHECK(config.unreadable.empty());
  for (const auto& setting : trace::detail::config::settings()) {
    CAPTURE(setting.field);
    CHECK(trace::testing::value_text(setting, config) ==
          trace::testing::value_text(setting, defaults));
  }
}

TEST_CASE("every setting has a variable that sets it") {
  const Config config = config_from(holding({
                                        {"SHIPTRACE_TRANSPORT", "file"},
                                        {"SHIPTRACE_ENDPOINT", "/tmp/events.ndjson"},
                                        {"SHIPTRACE_JOURNAL_DIR", "/var/lib/shiptrace"},
                                        {"SHIPTRACE_JOURNAL_BUDGET", "64MiB"},
                                        {"SHIPTRACE_WHEN_FULL", "block"},
                                        {"SHIPTRACE_DOCKER_CLIENTS", "podman,/opt/docker"},
                                        {"SHIPTRACE_GUARD_SIGBUS", "false"},
                                        {"SHIPTRACE_REDACT_ENVIRONMENT", "false"},
                                        {"SHIPTRACE_REDACT_PATTERNS", "false"},
                                        {"SHIPTRACE_LEVEL", "warn"},
                                        {"SHIPTRACE_BATCH_BYTES", "512KiB"},
                                        {"SHIPTRACE_BATCH_EVENTS", "100"},
                                        {"SHIPTRACE_BATCH_DELAY", "10ms"},
                                        {"SHIPTRACE_REQUEST_TIMEOUT", "1m"},
                                        {"SHIPTRACE_CLOSE_TIMEOUT", "1.5s"},
                                    }),
                                    {});
  CHECK(config.unreadable.empty());
  CHECK(config.transport == "file");
  CHECK(config.endpoint == "/tmp/events.ndjson");
  CHECK(config.journal_dir == "/var/lib/shiptrace");
  CHECK(config.journal_budget == std::uint64_t{64} << 20);
  CHECK(config.when_full == trace::WhenFull::block);
  CHECK(config.docker_clients == "podman,/opt/docker");
  CHECK(!config.guard_sigbus);
  CHECK(!config.redact_environment);
  CHECK(!config.redact_patterns);
  CHECK(config.level == trace::Level::warn);
  CHECK(config.batch_bytes == 512 * 1024);
  CHECK(config.batch_events == 100);
  CHECK(config.batch_delay == 10ms);
  CHECK(config.request_timeout == 1min);
  CHECK(config.close_timeout == 1500ms);
  const Config defaults;
  for (const auto& setting : trace::detail::config::settings()) {
    CAPTURE(setting.field);
    CHECK(trace::testing::value_text(setting, config) !=
          trace::testing::value_text(setting, defaults));
  }
}

TEST_CASE("what cannot be read is kept for the start, and the default stays") {
  const Config config = config_from(holding({{"SHIPTRACE_JOURNAL_BUDGET", "plenty"},
                                             {"SHIPTRACE_BATCH_DELAY", "50"},
                                             {"SHIPTRACE_LEVEL", "WARN"},
                                             {"SHIPTRACE_WHEN_FULL", "wait"},
                                             {"SHIPTRACE_BATCH_EVENTS", "many"}}),
                                    {});
  REQUIRE(config.unreadable.size() == 5);
  CHECK(config.unreadable[0].field == "SHIPTRACE_JOURNAL_BUDGET");
  CHECK(config.unreadable[0].message == "\"plenty\" is not a size; use 1048576, 64MiB, 2GiB");
  CHECK(config.unreadable[1].message == "must be drop or block, not \"wait\"");
  CHECK(config.unreadable[2].message == "must be debug, info, warn or error, not \"WARN\"");
  CHECK(config.unreadable[4].field == "SHIPTRACE_BATCH_DELAY");
  CHECK(config.unreadable[4].message == "\"50\" is not a duration; use 300ms, 5s, 2m");
  CHECK(config.journal_budget == Config{}.journal_budget);
  CHECK(config.level == Config{}.level);
}

TEST_CASE("every registered transport's settings are read, as text") {
  const Config config = config_from(holding({{"SHIPTRACE_LOFT", "roof"},
                                             {"SHIPTRACE_FLIGHT_TIME", "5x"},
                                             {"SHIPTRACE_RHYTHM", "fast"},
                                             {"SHIPTRACE_STRANGER", "1"}}),
                                    trace::testing::sample_transports());
  CHECK(config.unreadable.empty());
  const std::map<std::string, std::string, std::less<>> expected{
      {"flight_time", "5x"}, {"loft", "roof"}, {"rhythm", "fast"}};
  CHECK(config.transport_settings == expected);
}

TEST_CASE("Config::from_env reads the process, and an empty value counts as unset") {
  REQUIRE(setenv("SHIPTRACE_BATCH_EVENTS", "77", 1) == 0);
  REQUIRE(setenv("SHIPTRACE_BATCH_DELAY", "", 1) == 0);
  const Config config = Config::from_env({});
  unsetenv("SHIPTRACE_BATCH_EVENTS");
  unsetenv("SHIPTRACE_BATCH_DELAY");
  CHECK(config.batch_events == 77);
  CHECK(config.batch_delay == Config{}.batch_delay);
  CHECK(config.unreadable.empty());
}

TEST_CASE("the journal's place") {
  CHECK(default_journal_dir(holding({{"XDG_STATE_HOME", "/state"}, {"HOME", "/home/me"}})) ==
        "/state/shiptrace");
  CHECK(default_journal_dir(holding({{"HOME", "/home/me"}})) == "/home/me/.local/state/shiptrace");
  CHECK(default_journal_dir(holding({{"XDG_STATE_HOME", "relative"}, {"HOME", "/home/me"}})) ==
        "/home/me/.local/state/shiptrace");
  CHECK(default_journal_dir(holding({})).empty());
}
