// SPDX-License-Identifier: Apache-2.0
// Session::start(Config): the transport that the configuration names, in a real session.
#include <doctest/doctest.h>
#include <trace/capture.hpp>
#include <trace/trace.hpp>
#include <trace/transport_type.hpp>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include "support/temp_dir.hpp"
#include "transport/sending.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

namespace {

Config config_in(const TempDir& directory) {
  Config config;
  config.journal_dir = directory / "journal";
  config.journal_budget = 8 << 20;
  return config;
}

}  // namespace

TEST_CASE("the file transport is made by its name, and its lines are envelopes of the contract") {
  const TempDir directory;
  Config config = config_in(directory);
  config.transport = "file";
  config.endpoint = directory / "trace.ndjson";
  auto session = Session::start(config);
  REQUIRE(session);
  {
    auto run = session->run("run-1");
    auto node = run.node("node-1");
    node.started();
    CHECK(record(node, Type::progress, Level::warn, "half of {}", 10) == Outcome::accepted);
    node.completed();
  }
  CHECK(session->close(10s).kept == 0);
  std::ifstream in(config.endpoint);
  std::vector<EventPayload> events;
  for (std::string line; std::getline(in, line);) {
    const auto envelope = parse_envelope(line);
    REQUIRE(envelope);
    events.insert(events.end(), envelope->events.begin(), envelope->events.end());
  }
  REQUIRE(events.size() == 3);
  CHECK(events[0].type == Type::started);
  CHECK(events[1].message == "half of 10");
  CHECK(events[2].type == Type::completed);
}

TEST_CASE("the HTTP transport is made by its name, and what is not acknowledged is kept") {
  const TempDir directory;
  const ScriptedServer server({answer_text(503, "")});
  Config config = config_in(directory);
  config.endpoint = server.url();
  config.on_diagnostic = [](const Diagnostic&) {};
  auto session = Session::start(config);
  REQUIRE(session);
  { session->run("run-1").node("node-1").started(); }
  const auto begin = std::chrono::steady_clock::now();
  const auto closed = session->close(500ms);
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  CHECK(closed.kept == 2);  // STARTED, and FAILED of the node that was left
  REQUIRE_FALSE(server.requests().empty());
  CHECK(server.requests()[0].target == "/trace/events");
  CHECK(server.requests()[0].body.find("\"STARTED\"") != std::string::npos);
}

TEST_CASE("close does not wait for a backend that never responds") {
  const TempDir directory;
  const ScriptedServer server([](Peer& peer) {
    peer.read_request();
    peer.wait_for_close();
  });
  Config config = config_in(directory);
  config.endpoint = server.url();
  config.on_diagnostic = [](const Diagnostic&) {};
  auto session = Session::start(config);
  REQUIRE(session);
  { session->run("run-1").node("node-1").started(); }
  const auto begin = std::chrono::steady_clock::now();
  CHECK(session->close(300ms).kept == 2);
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("an unknown transport is reported with all other errors") {
  const TempDir directory;
  Config config = config_in(directory);
  config.transport = "pigeon";
  config.batch_events = 0;
  const auto session = Session::start(config);
  REQUIRE_FALSE(session);
  CHECK(session.error().text().find("\"pigeon\" is not a transport; use file or http") !=
        std::string::npos);
  CHECK(session.error().fields().size() == 2);
}

TEST_CASE("every wrong setting of the HTTP transport is reported at the start") {
  const TempDir directory;
  Config config = config_in(directory);
  config.endpoint = "not a url";
  config.transport_settings = {{"token", "s3cr3t s3cr3t"},
                               {"client_key_file", "/nowhere"},
                               {"proxy", "http://user:s3cr3t@proxy :1"},
                               {"unix_socket", "/" + std::string(107, 's')},
                               {"connect_timeout", "0ms"}};
  config.batch_events = 0;
  const auto session = Session::start(config);
  REQUIRE_FALSE(session);
  CHECK(session.error().text() ==
        "client_key_file (SHIPTRACE_CLIENT_KEY_FILE): /nowhere cannot be read: No such file or "
        "directory; connect_timeout (SHIPTRACE_CONNECT_TIMEOUT): must be 1ms to 5m, not 0ms; "
        "endpoint (SHIPTRACE_ENDPOINT): must begin with http:// or https:// and a host; "
        "token (SHIPTRACE_TOKEN): must not contain spaces; "
        "client_certificate_file (SHIPTRACE_CLIENT_CERTIFICATE_FILE): is required: "
        "client_certificate_file and client_key_file belong together; "
        "proxy (SHIPTRACE_PROXY): must not contain spaces; "
        "unix_socket (SHIPTRACE_UNIX_SOCKET): must have at most 107 bytes; "
        "batch_events (SHIPTRACE_BATCH_EVENTS): must be 1 to 100000, not 0");
  config.transport_settings = {{"token", "t0ken"}, {"token_file", "/proc/self/status"}};
  CHECK(Session::start(config).error().text().find(
            "token (SHIPTRACE_TOKEN): must not be set together with token_file") !=
        std::string::npos);
}

TEST_CASE("the file transport requires the path of a file") {
  const TempDir directory;
  Config config = config_in(directory);
  config.transport = "file";
  for (const std::string& endpoint :
       {std::string(), std::string("http://127.0.0.1:8400"), directory.path().string()}) {
    config.endpoint = endpoint;
    const auto session = Session::start(config);
    REQUIRE_FALSE(session);
    CHECK(session.error().fields().size() == 1);
    CHECK(session.error().fields().front().field == "endpoint (SHIPTRACE_ENDPOINT)");
  }
}

TEST_CASE("a program's own transport is registered, configured and used like the built-in ones") {
  // Appends what it is sent to the string that its setting names.
  struct Notebook final : Transport {
    explicit Notebook(std::string& to) : page(to) {}
    SendResult send(const Batch& batch, std::chrono::steady_clock::time_point) noexcept override {
      SendResult result;
      result.kind = SendResult::Kind::acknowledged;
      for (const OutgoingRun& run : batch.runs) {
        page += run.line;
        auto& acknowledged = result.runs.emplace_back();
        acknowledged.run_id = run.run_id;
        for (const OutgoingEvent& event : run.events) {
          acknowledged.through.push_back(
              {std::string(batch.session) + "-" + std::to_string(event.lane), event.sequence});
        }
      }
      return result;
    }
    std::vector<Credential> credentials() override { return {{"lock", "t0ken-of-the-notebook"}}; }
    std::string& page;
  };
  static std::string written;
  written.clear();
  auto transports = builtin_transports();
  transports.add({.name = "notebook",
                  .settings = {{.name = "page", .help = "which page"}},
                  .validate =
                      [](const TransportOptions& options) {
                        std::vector<FieldError> errors;
                        if (options.text("page").empty()) errors.push_back({"page", "is required"});
                        return errors;
                      },
                  .make = [](const TransportOptions& options) -> std::unique_ptr<Transport> {
                    written = options.text("page") + ": ";
                    return std::make_unique<Notebook>(written);
                  }});
  const auto start = [&] {
    const TempDir directory;
    Config config = Config::from_env(transports);
    config.journal_dir = directory / "journal";
    config.transport = "notebook";
    return Session::start(config,
                          {.clean_up_orphans = container_cleaners(), .transports = transports});
  };
  const auto failed = start();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().text() == "page (SHIPTRACE_PAGE): is required");

  REQUIRE(setenv("SHIPTRACE_PAGE", "page 7", 1) == 0);
  auto session = start();
  unsetenv("SHIPTRACE_PAGE");
  REQUIRE_MESSAGE(session, session.error().text());
  {
    auto run = session->run("run-1");
    auto node = run.node("node-1");
    record(node, Type::progress, Level::info, "{}", "t0ken-of-the-notebook");
    node.completed();
  }
  CHECK(session->close(10s).kept == 0);
  CHECK(written.starts_with("page 7: {"));
  CHECK(written.find("[REDACTED]") != std::string::npos);
  CHECK(written.find("t0ken-of-the-notebook") == std::string::npos);
}

TEST_CASE("the token of the HTTP transport is redacted, wherever it comes from") {
  const TempDir directory;
  std::ofstream(directory / "token") << "t0ken-of-the-file\n";
  http::HttpOptions options;
  options.endpoint = "http://127.0.0.1:1";
  CHECK(http::make_http_transport(options)->credentials().empty());
  options.token = "t0ken-of-the-session";
  auto credentials = http::make_http_transport(options)->credentials();
  REQUIRE(credentials.size() == 1);
  CHECK(credentials[0].name == "token");
  CHECK(credentials[0].value == "t0ken-of-the-session");
  options.token.clear();
  options.token_file = directory / "token";
  credentials = http::make_http_transport(options)->credentials();
  REQUIRE(credentials.size() == 1);
  CHECK(credentials[0].name == "token_file");
  CHECK(credentials[0].value == "t0ken-of-the-file");
}

TEST_CASE("a configured token is redacted whichever transport is selected") {
  const TempDir directory;
  Config config = config_in(directory);
  config.transport = "file";
  config.endpoint = directory / "trace.ndjson";
  config.redact_environment = false;
  config.redact_patterns = false;
  std::string token = "t0ken-of-the-other";
  SUBCASE("the token") { config.transport_settings["token"] = token; }
  SUBCASE("the token file") { config.transport_settings["token_file"] = directory / "token"; }
  SUBCASE("a token file that HTTP refuses to send") {
    token += " second";
    config.transport_settings["token_file"] = directory / "token";
  }
  std::ofstream(directory / "token") << token << '\n';
  auto session = Session::start(config);
  REQUIRE_MESSAGE(session, session.error().text());
  {
    auto node = session->run("run-1").node("node-1");
    record(node, Type::progress, Level::info, "<{}>", token);
    node.completed();
  }
  CHECK(session->close(10s).kept == 0);
  std::stringstream text;
  text << std::ifstream(config.endpoint).rdbuf();
  CHECK(text.str().find("<[REDACTED]>") != std::string::npos);
  CHECK(text.str().find("t0ken-of-the-other") == std::string::npos);
}
