// Session::start(Config): the transport that the configuration names, in a real session.
#include <doctest/doctest.h>
#include <trace/trace.hpp>

#include <fstream>
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
  CHECK(session.error().text().find("pigeon") != std::string::npos);
  CHECK(session.error().fields().size() == 2);
}

TEST_CASE("an endpoint that is no URL is reported at the start") {
  const TempDir directory;
  Config config = config_in(directory);
  config.endpoint = "not a url";
  CHECK_FALSE(Session::start(config));
}
