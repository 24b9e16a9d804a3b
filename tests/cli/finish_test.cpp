// SPDX-License-Identifier: Apache-2.0
// finish, and the options that describe the run of every command that records.
#include <doctest/doctest.h>

#include <trace/recovery.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

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

TEST_CASE("finish delivers first what earlier commands kept") {
  BackendOfTest backend;
  backend.collector.kill();
  // Many journals, so that anybody who delivers them is still at work when finish could send.
  constexpr int kept = 8;
  for (int i = 0; i < kept; ++i) {
    Command fails = backend.command(
        {"run", "--run", "r", "--node", "n" + std::to_string(i), "--quiet", "--", "false"});
    fails.env["SHIPTRACE_CLOSE_TIMEOUT"] = "50ms";
    CHECK(run(std::move(fails)).status.code == 1);
  }
  backend.collector.start();
  const Finished ended = backend.shiptrace({"finish", "--run", "r"});
  CHECK(ended.status.code == 0);
  CHECK(ended.errors.empty());
  CHECK(backend.events("r").size() == 2 * kept);
  CHECK(backend.status("r").status == RunStatus::failed);
}

TEST_CASE("a run of unknown size ends with finish, another one takes it back") {
  const BackendOfTest backend;
  const auto record = [&](const char* node, const char* type) {
    CHECK(backend.shiptrace({"record", "--run", "r", "--node", node, "--type", type}).status.code ==
          0);
    return backend.status("r").status;
  };
  const auto finish = [&] {
    const Finished ended = backend.shiptrace({"finish", "--run", "r"});
    CHECK(ended.status.code == 0);
    CHECK(ended.errors.empty());
    return backend.status("r").status;
  };
  CHECK(record("build", "STARTED") == RunStatus::running);
  CHECK(record("build", "COMPLETED") == RunStatus::running);
  CHECK(finish() == RunStatus::completed);
  CHECK(record("scan", "STARTED") == RunStatus::running);
  CHECK(record("scan", "FAILED") == RunStatus::running);
  CHECK(finish() == RunStatus::failed);
}

TEST_CASE("a worker that is killed after finish() and before delivery has finished its run") {
  BackendOfTest backend;
  backend.collector.stop();
  for (const char* type : {"STARTED", "COMPLETED"}) {
    Command command = backend.command({"record", "--run", "r", "--node", "n", "--type", type});
    command.env["SHIPTRACE_CLOSE_TIMEOUT"] = "100ms";
    CHECK(run(std::move(command)).status.code == 0);
  }
  Command command = backend.command({"finish", "--run", "r"});
  command.env["SHIPTRACE_CLOSE_TIMEOUT"] = "1m";
  Child killed(std::move(command));
  const auto is_noted = [&] {
    for (const auto& entry : std::filesystem::directory_iterator(backend.journal())) {
      if (entry.path().extension() != ".journal") continue;
      const auto report = inspect_journal(entry.path().string());
      if (report && report->unsent_finishes == 1) return true;
    }
    return false;
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!is_noted() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  killed.signal(SIGKILL);
  CHECK(killed.wait().signal == SIGKILL);
  backend.collector.start();
  const Finished recovered = backend.shiptrace({"recover"});
  CHECK_MESSAGE(recovered.status.code == 0, recovered.errors);
  CHECK(backend.events("r").size() == 2);
  CHECK(backend.status("r").status == RunStatus::completed);
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
