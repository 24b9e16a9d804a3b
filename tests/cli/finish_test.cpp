// SPDX-License-Identifier: Apache-2.0
// finish, and the options that describe the run of every command that records.
#include <doctest/doctest.h>

#include <fstream>

#include "backend_of_test.hpp"
#include "transport/scripted_server.hpp"

namespace trace::testing {
namespace {

// The lines of the envelopes that a command writes with the file transport.
std::vector<std::string> written(Arguments arguments) {
  const TempDir directory;
  const std::string file = directory / "envelopes";
  const Arguments options{"--transport",     "file",       "--endpoint", file,    "--journal-dir",
                          directory / "j",   "--workflow", "w",          "--org", "o",
                          "--total-actions", "3"};
  arguments.insert(arguments.begin() + 1, options.begin(), options.end());
  const Finished ended = run(cli(std::move(arguments)));
  CHECK_MESSAGE(ended.status.code == 0, ended.errors);
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}

}  // namespace

TEST_CASE("finish sends one envelope that says so") {
  const ScriptedServer server({answer_text(200, R"({"runs":[{"runId":"r"}]})")});
  const TempDir directory;
  const Finished ended = run(cli({"finish", "--run", "r", "--total-actions", "2", "--endpoint",
                                  server.url(), "--journal-dir", directory / "j"}));
  CHECK(ended.status.code == 0);
  CHECK(ended.output.empty());
  CHECK(ended.errors.empty());
  const auto requests = server.requests();
  REQUIRE(requests.size() == 1);
  const std::string& body = requests[0].body;
  // It has no node to end, so it has no lease.
  CHECK(body.starts_with(R"({"runId":"r","totalActions":2,"events":[],"finishedAt":"20)"));
  CHECK(body.ends_with("Z\"}\n"));
}

TEST_CASE("the reference backend accepts a finish, of a run that it knows and of another one") {
  const BackendOfTest backend;
  REQUIRE(
      backend.shiptrace({"record", "--run", "r", "--node", "n", "--type", "STARTED"}).status.code ==
      0);
  for (const char* run : {"r", "unknown before"}) {
    const Finished ended = backend.shiptrace({"finish", "--run", run});
    CHECK(ended.status.code == 0);
    CHECK(ended.errors.empty());
  }
  CHECK(backend.events("r").size() == 1);
}

TEST_CASE("finish refuses an invalid run id") {
  const TempDir directory;
  const Finished ended = run(
      cli({"finish", "--run", "a\nb", "--endpoint", nowhere(), "--journal-dir", directory / "j"}));
  CHECK(ended.status.code == 2);
  CHECK(ended.errors.find("--run: a run id has 1 to 128 bytes") != std::string::npos);
}

TEST_CASE("workflow, organization and number of nodes are in the envelopes of each command") {
  const std::string event =
      R"({"runId":"r","nodeId":"n","type":"PROGRESS","level":"info","timestamp":"2025-10-13T12:00:00Z"})";
  const std::vector<Arguments> commands{
      {"record", "--run", "r", "--node", "n", "--type", "STARTED"},
      {"emit", "--run", "r", "--node", "n", "--events", "1"},
      {"run", "--run", "r", "--node", "n", "--", "true"},
      {"finish", "--run", "r"},
  };
  for (const Arguments& arguments : commands) {
    CAPTURE(arguments.front());
    const auto lines = written(arguments);
    CHECK(!lines.empty());
    for (const std::string& line : lines) {
      const auto envelope = parse_envelope(line);
      REQUIRE(envelope);
      CHECK(envelope->workflow_id == "w");
      CHECK(envelope->organization_id == "o");
      CHECK(envelope->total_actions == 3);
    }
  }
  // Of every run on stdin.
  const TempDir directory;
  Command command =
      cli({"record", "--stdin", "--workflow", "w", "--total-actions", "3", "--quiet", "--transport",
           "file", "--endpoint", directory / "envelopes", "--journal-dir", directory / "j"});
  command.input = event + "\n";
  CHECK(run(std::move(command)).status.code == 0);
  std::ifstream in(directory / "envelopes");
  std::string line;
  REQUIRE(std::getline(in, line));
  CHECK(parse_envelope(line)->workflow_id == "w");
  CHECK(parse_envelope(line)->total_actions == 3);
}

}  // namespace trace::testing
