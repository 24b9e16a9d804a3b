#include "config/finalized.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "config/http_url.hpp"
#include "support/temp_dir.hpp"

namespace {

using namespace std::chrono_literals;
using trace::Config;
using trace::detail::config::finalize;
using trace::detail::config::http_url_fault;
using trace::testing::TempDir;

std::optional<std::string> only_home(const char* name) {
  return std::string(name) == "HOME" ? std::optional<std::string>("/home/me") : std::nullopt;
}

// The fields that are wrong, each "name (VARIABLE)" or "VARIABLE".
std::vector<std::string> wrong_fields(const Config& config) {
  std::vector<std::string> names;
  const auto finalized = finalize(config, only_home);
  if (finalized) return names;
  for (const auto& [field, message] : finalized.error().fields()) {
    CHECK_FALSE(message.empty());
    names.push_back(field);
  }
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the defaults are good") {
  const auto finalized = finalize(Config{}, only_home);
  REQUIRE(finalized);
  CHECK(finalized->journal_dir == "/home/me/.local/state/shiptrace");
  CHECK(finalized->values().endpoint == "http://127.0.0.1:8400");
}

TEST_CASE("every wrong field is reported at once") {
  Config config;
  config.transport = "carrier-pigeon";
  config.token = "secret\n";
  config.token_file = "/nowhere/token";
  config.client_key_file = "/nowhere/key";
  config.journal_budget = 4096;
  config.batch_bytes = 0;
  config.batch_events = 0;
  config.batch_delay = -1ms;
  config.connect_timeout = 0ms;
  config.unreadable.push_back({"SHIPTRACE_LEVEL", "must be debug, info, warn or error"});
  CHECK(wrong_fields(config) ==
        Names{"SHIPTRACE_LEVEL", "token (SHIPTRACE_TOKEN)", "transport (SHIPTRACE_TRANSPORT)",
              "token (SHIPTRACE_TOKEN)",
              "client_certificate_file (SHIPTRACE_CLIENT_CERTIFICATE_FILE)",
              "token_file (SHIPTRACE_TOKEN_FILE)", "client_key_file (SHIPTRACE_CLIENT_KEY_FILE)",
              "journal_budget (SHIPTRACE_JOURNAL_BUDGET)", "batch_bytes (SHIPTRACE_BATCH_BYTES)",
              "batch_events (SHIPTRACE_BATCH_EVENTS)", "batch_delay (SHIPTRACE_BATCH_DELAY)",
              "connect_timeout (SHIPTRACE_CONNECT_TIMEOUT)"});
}

TEST_CASE("a message says what would be right and never shows a secret") {
  Config config;
  config.journal_budget = 4096;
  config.token = "s3cr3t\r\n";
  config.proxy = "http://user:s3cr3t@proxy :1";
  const auto finalized = finalize(config, only_home);
  REQUIRE_FALSE(finalized);
  const std::string text = finalized.error().text();
  CHECK(text.find("must be 4MiB to 16TiB, not 4KiB") != std::string::npos);
  CHECK(text.find("s3cr3t") == std::string::npos);
}

TEST_CASE("ranges include their ends") {
  Config config;
  config.journal_budget = std::uint64_t{4} << 20;
  config.batch_bytes = 4096;
  config.batch_events = 1;
  config.batch_delay = 0ms;
  config.connect_timeout = 1ms;
  config.request_timeout = 1h;
  config.close_timeout = 0ms;
  CHECK(wrong_fields(config).empty());
  config.journal_budget -= 1;
  config.request_timeout += 1ms;
  CHECK(wrong_fields(config).size() == 2);
}

TEST_CASE("files must be there and be files") {
  const TempDir dir;
  std::ofstream(dir / "cert.pem") << "certificate";
  std::ofstream(dir / "key.pem") << "key";
  Config config;
  config.client_certificate_file = dir / "cert.pem";
  config.client_key_file = dir / "key.pem";
  config.ca_file = dir / "cert.pem";
  config.token_file = dir / "key.pem";
  CHECK(wrong_fields(config).empty());

  config.ca_file = dir.path().string();
  CHECK(wrong_fields(config) == Names{"ca_file (SHIPTRACE_CA_FILE)"});
  config.ca_file = dir / "missing.pem";
  CHECK(wrong_fields(config) == Names{"ca_file (SHIPTRACE_CA_FILE)"});
}

TEST_CASE("certificate and key belong together") {
  const TempDir dir;
  std::ofstream(dir / "a.pem") << "x";
  Config config;
  config.client_certificate_file = dir / "a.pem";
  CHECK(wrong_fields(config) == Names{"client_key_file (SHIPTRACE_CLIENT_KEY_FILE)"});
}

TEST_CASE("the file transport wants a path") {
  const TempDir dir;
  Config config;
  config.transport = "file";
  CHECK(wrong_fields(config) == Names{"endpoint (SHIPTRACE_ENDPOINT)"});  // still the URL
  config.endpoint = "";
  CHECK(wrong_fields(config).size() == 1);
  config.endpoint = dir.path().string();
  CHECK(wrong_fields(config).size() == 1);
  config.endpoint = dir / "events.ndjson";
  CHECK(wrong_fields(config).empty());
}

TEST_CASE("a unix socket's path has the length that the kernel allows") {
  Config config;
  config.unix_socket = "/" + std::string(106, 's');
  CHECK(wrong_fields(config).empty());
  config.unix_socket += 's';
  CHECK(wrong_fields(config) == Names{"unix_socket (SHIPTRACE_UNIX_SOCKET)"});
}

TEST_CASE("the journal's directory is absolute, or empty without a home") {
  Config config;
  config.docker_clients = " podman, ,/opt/docker,";
  config.journal_dir = "some/./place";
  const auto relative = finalize(config, only_home);
  REQUIRE(relative);
  CHECK(relative->docker_clients == std::vector<std::string>{"podman", "/opt/docker"});
  CHECK(relative->journal_dir == (std::filesystem::current_path() / "some/place").string());

  const auto nowhere = finalize(Config{}, [](const char*) { return std::nullopt; });
  REQUIRE(nowhere);
  CHECK(nowhere->journal_dir.empty());
}

TEST_CASE("good URLs") {
  for (const char* url :
       {"http://127.0.0.1:8400", "http://localhost", "https://backend.example.com/base/",
        "http://[::1]:8400/x", "http://[::1]", "https://user:pass@host:443/p?sig=abc",
        "http://host?sig=1", "http://h:65535"}) {
    CAPTURE(url);
    CHECK(http_url_fault(url) == "");
  }
}

TEST_CASE("wrong URLs") {
  for (const char* url : {"",
                          "127.0.0.1:8400",
                          "localhost",
                          "ftp://host",
                          "http:/host",
                          "http://",
                          "http:///path",
                          "http://:8400",
                          "http://host:",
                          "http://host:0",
                          "http://host:65536",
                          "http://host:port",
                          "http://host:80:81",
                          "http://::1:8400",
                          "http://[::1",
                          "http://[::1]8400",
                          "http://[]:1",
                          "http://[host]:1",
                          "http://ho st",
                          "http://host/#top",
                          "http://user@"}) {
    CAPTURE(url);
    CHECK_FALSE(http_url_fault(url).empty());
  }
}
