// SPDX-License-Identifier: Apache-2.0
#include "config/finalized.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/temp_dir.hpp"
#include "unit/config/sample_transport.hpp"

namespace {

using namespace std::chrono_literals;
using trace::Config;
using trace::Dependencies;
using trace::Transport;
using trace::TransportOptions;
using trace::TransportRegistry;
using trace::TransportType;
using trace::detail::config::finalize;
using trace::testing::pigeon_type;
using trace::testing::sample_transports;
using trace::testing::TempDir;

std::optional<std::string> only_home(const char* name) {
  return std::string(name) == "HOME" ? std::optional<std::string>("/home/me") : std::nullopt;
}

// The fields that are wrong, each "name (VARIABLE)" or "VARIABLE".
std::vector<std::string> wrong_fields(const Config& config) {
  std::vector<std::string> names;
  const auto transports = sample_transports();
  const auto finalized = finalize(config, &transports, only_home);
  if (finalized) return names;
  for (const auto& [field, message] : finalized.error().fields()) {
    CHECK_FALSE(message.empty());
    names.push_back(field);
  }
  return names;
}

using Names = std::vector<std::string>;

Config pigeon_config() {
  Config config;
  config.transport = "pigeon";
  config.endpoint = "somewhere";
  return config;
}

}  // namespace

TEST_CASE("the defaults are good") {
  const auto finalized = finalize(Config{}, nullptr, only_home);
  REQUIRE(finalized);
  CHECK(finalized->journal_dir == "/home/me/.local/state/shiptrace");
  CHECK(finalized->values().endpoint == "http://127.0.0.1:8400");
}

TEST_CASE("every wrong field is reported at once") {
  Config config;
  config.transport = "smoke";
  config.journal_dir = "/a\n";
  config.journal_budget = 4096;
  config.batch_bytes = 0;
  config.batch_events = 0;
  config.batch_delay = -1ms;
  config.request_timeout = 0ms;
  config.unreadable.push_back({"SHIPTRACE_LEVEL", "must be debug, info, warn or error"});
  CHECK(wrong_fields(config) ==
        Names{"SHIPTRACE_LEVEL", "transport (SHIPTRACE_TRANSPORT)",
              "journal_dir (SHIPTRACE_JOURNAL_DIR)", "journal_budget (SHIPTRACE_JOURNAL_BUDGET)",
              "batch_bytes (SHIPTRACE_BATCH_BYTES)", "batch_events (SHIPTRACE_BATCH_EVENTS)",
              "batch_delay (SHIPTRACE_BATCH_DELAY)",
              "request_timeout (SHIPTRACE_REQUEST_TIMEOUT)"});
}

TEST_CASE("a message says what would be right and never shows a secret") {
  Config config = pigeon_config();
  config.journal_budget = 4096;
  config.transport_settings["whistle"] = "s3cr3t\r\n";
  const auto transports = sample_transports();
  const auto finalized = finalize(config, &transports, only_home);
  REQUIRE_FALSE(finalized);
  const std::string text = finalized.error().text();
  CHECK(text.find("must be 4MiB to 16TiB, not 4KiB") != std::string::npos);
  CHECK(text.find("whistle") != std::string::npos);
  CHECK(text.find("s3cr3t") == std::string::npos);
}

TEST_CASE("a value that is too large or negative is shown as it is") {
  Config config = pigeon_config();
  config.journal_budget = UINT64_MAX;
  config.close_timeout = -5s;
  const auto transports = sample_transports();
  const auto finalized = finalize(config, &transports, only_home);
  REQUIRE_FALSE(finalized);
  const std::string text = finalized.error().text();
  CHECK(text.find("not 18446744073709551615") != std::string::npos);
  CHECK(text.find("not -5") != std::string::npos);
}

TEST_CASE("ranges include their ends") {
  Config config = pigeon_config();
  config.journal_budget = std::uint64_t{4} << 20;
  config.batch_bytes = 4096;
  config.batch_events = 1;
  config.batch_delay = 0ms;
  config.request_timeout = 1h;
  config.close_timeout = 0ms;
  CHECK(wrong_fields(config).empty());
  config.journal_budget -= 1;
  config.request_timeout += 1ms;
  CHECK(wrong_fields(config).size() == 2);
}

TEST_CASE("the settings of the selected transport are checked with the others") {
  Config config = pigeon_config();
  config.endpoint = "";
  config.batch_events = 0;
  config.transport_settings = {{"loft", "a\nb"},      {"pigeons", "many"},
                               {"load", "65"},        {"flight_time", "5x"},
                               {"by_night", "maybe"}, {"map_file", "/nowhere"}};
  const auto transports = sample_transports();
  const auto finalized = finalize(config, &transports, only_home);
  REQUIRE_FALSE(finalized);
  CHECK(finalized.error().text() ==
        "loft (SHIPTRACE_LOFT): must not contain control characters, such as a newline at its end; "
        "map_file (SHIPTRACE_MAP_FILE): /nowhere cannot be read: No such file or directory; "
        "pigeons (SHIPTRACE_PIGEONS): \"many\" is not a whole number; use 2000; "
        "load (SHIPTRACE_LOAD): must be 0 to 64, not 65; "
        "flight_time (SHIPTRACE_FLIGHT_TIME): \"5x\" is not a duration; use 300ms, 5s, 2m; "
        "by_night (SHIPTRACE_BY_NIGHT): must be true or false, not \"maybe\"; "
        "endpoint (SHIPTRACE_ENDPOINT): must be a place; "
        "batch_events (SHIPTRACE_BATCH_EVENTS): must be 1 to 100000, not 0");
}

TEST_CASE("settings that do not fit each other are the transport's to find") {
  Config config = pigeon_config();
  config.transport_settings["pigeons"] = "11";
  CHECK(wrong_fields(config) == Names{"loft (SHIPTRACE_LOFT)"});
  config.transport_settings["loft"] = "roof";
  CHECK(wrong_fields(config).empty());
}

TEST_CASE("a transport gets its values with the defaults in place") {
  Config config = pigeon_config();
  config.request_timeout = 7s;
  config.transport_settings = {{"loft", "roof"}, {"load", "64"}, {"pigeons", ""}};
  const auto options = transport_options(config, pigeon_type());
  REQUIRE(options);
  CHECK(options->endpoint == "somewhere");
  CHECK(options->request_timeout == 7s);
  CHECK(options->text("loft") == "roof");
  CHECK(options->text("whistle").empty());
  CHECK(options->number("pigeons") == 2);
  CHECK(options->number("load") == 64);
  CHECK(options->duration("flight_time") == 1500ms);
  CHECK_FALSE(options->flag("by_night"));
}

TEST_CASE("settings of other transports are ignored, unknown ones are reported") {
  Config config = pigeon_config();
  config.transport_settings["rhythm"] = "fast";
  CHECK(wrong_fields(config).empty());
  config.transport_settings["rythm"] = "fast";
  const auto transports = sample_transports();
  const auto finalized = finalize(config, &transports, only_home);
  REQUIRE_FALSE(finalized);
  CHECK(finalized.error().text() ==
        "transport_settings: \"rythm\" is not a setting of any transport");
}

TEST_CASE("a transport that nobody has registered is reported with those that there are") {
  Config config;
  config.transport = "smoke";
  const auto transports = sample_transports();
  const auto finalized = finalize(config, &transports, only_home);
  REQUIRE_FALSE(finalized);
  CHECK(finalized.error().text() ==
        "transport (SHIPTRACE_TRANSPORT): \"smoke\" is not a transport; use pigeon or drum");
  CHECK(finalize(config, nullptr, only_home));  // the caller has made it
}

TEST_CASE("a type replaces one of the same name") {
  TransportRegistry transports = sample_transports();
  TransportType again = pigeon_type();
  again.settings.clear();
  transports.add(again);
  REQUIRE(transports.types().size() == 2);
  CHECK(transports.find("pigeon")->settings.empty());
  CHECK(transports.find("smoke") == nullptr);
}

TEST_CASE("a start makes the transport unless it is given one") {
  Dependencies made;
  made.transports = sample_transports();
  REQUIRE(finalize(pigeon_config(), made));
  CHECK(made.transport != nullptr);

  Dependencies none;
  CHECK_FALSE(finalize(pigeon_config(), none));

  Dependencies failing;
  TransportType type = pigeon_type();
  type.make = [](const TransportOptions&) -> std::unique_ptr<Transport> {
    throw std::runtime_error("no pigeons");
  };
  failing.transports.add(type);
  const auto failed = finalize(pigeon_config(), failing);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().text() == "transport: no pigeons");
}

TEST_CASE("files must be there and be files") {
  const TempDir dir;
  std::ofstream(dir / "map") << "N";
  Config config = pigeon_config();
  config.transport_settings["map_file"] = dir / "map";
  CHECK(wrong_fields(config).empty());
  config.transport_settings["map_file"] = dir.path().string();
  CHECK(wrong_fields(config) == Names{"map_file (SHIPTRACE_MAP_FILE)"});
}

TEST_CASE("the journal's directory is absolute, or empty without a home") {
  Config config = pigeon_config();
  config.journal_dir = "some/./place";
  const auto relative = finalize(config, nullptr, only_home);
  REQUIRE(relative);
  CHECK(relative->journal_dir == (std::filesystem::current_path() / "some/place").string());

  const auto nowhere = finalize(Config{}, nullptr, [](const char*) { return std::nullopt; });
  REQUIRE(nowhere);
  CHECK(nowhere->journal_dir.empty());
}
