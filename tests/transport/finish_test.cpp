// SPDX-License-Identifier: Apache-2.0
// What a backend learns over HTTP about the life of runs and workers: that a run is finished, also
// from a killed worker, and that a worker with open nodes lives.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <trace/capture.hpp>
#include <trace/recovery.hpp>
#include <trace/trace.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "support/temp_dir.hpp"
#include "transport/scripted_server.hpp"

using namespace trace;
using namespace trace::testing;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> lines_of(const std::string& body) {
  std::istringstream text(body);
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(std::move(line));
  return lines;
}

// A backend that acknowledges everything and keeps the envelopes.
class Backend {
 public:
  explicit Backend(const ServerOptions& options = {})
      : server_([this](Peer& peer) { respond(peer); }, options) {}

  std::string url() const { return server_.url(); }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  void respond(Peer& peer) {
    while (const auto request = peer.read_request()) {
      std::string runs;
      for (std::string& line : lines_of(request->body)) {
        const auto envelope = parse_envelope(line);
        if (!envelope) return;
        std::map<std::string, std::uint64_t> through;
        for (const EventPayload& event : envelope->events) {
          const std::size_t dash = event.id.rfind('-');
          through[event.id.substr(0, dash)] = std::stoull(event.id.substr(dash + 1));
        }
        std::string emitters;
        for (const auto& [emitter, sequence] : through) {
          emitters +=
              (emitters.empty() ? "\"" : ",\"") + emitter + "\":" + std::to_string(sequence);
        }
        runs += (runs.empty() ? "" : ",") + ("{\"runId\":\"" + envelope->run_id) +
                "\",\"through\":{" + emitters + "}}";
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::move(line));
      }
      peer.send(answer_text(200, "{\"runs\":[" + runs + "]}"));
    }
  }

  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  ScriptedServer server_;  // last: its threads use the others
};

Config config_in(const TempDir& directory, const std::string& endpoint) {
  Config config;
  config.endpoint = endpoint;
  config.journal_dir = directory / "journal";
  config.journal_budget = 8 << 20;
  config.on_diagnostic = [](const Diagnostic&) {};
  return config;
}

bool is_finish(const std::string& line) {
  return line.find("\"finishedAt\":") != std::string::npos;
}

}  // namespace

TEST_CASE("a worker that is killed after finish() has finished its run, once it is recovered") {
  const TempDir directory;
  const std::string socket = directory / "backend";
  Config config = config_in(directory, "http://localhost");
  config.transport_settings["unix_socket"] = socket;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto session = Session::start(config);
    auto run = session->run("r", {.total_actions = 2});
    for (const char* name : {"a", "b"}) {
      auto node = run.node(name);
      node.started();
      node.completed();
    }
    run.finish();
    raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));

  const Backend backend({.unix_socket = socket});
  const auto report = recover(config, 10s);
  REQUIRE_MESSAGE(report, report.error().text());
  CHECK(report->left.empty());
  CHECK(report->delivered == 4);
  const auto lines = backend.lines();
  REQUIRE(lines.size() == 2);
  CHECK(!is_finish(lines[0]));
  CHECK(is_finish(lines[1]));
  const auto envelope = parse_envelope(lines[1]);
  REQUIRE(envelope);
  CHECK(envelope->events.empty());
  CHECK(envelope->total_actions == 2);
}

TEST_CASE("the file transport writes that a run is finished, and no other empty envelope") {
  const TempDir directory;
  Config config = config_in(directory, directory / "trace.ndjson");
  config.transport = "file";
  auto session = Session::start(config);
  REQUIRE(session);
  auto run = session->run("r");
  run.on_cancel([] {});  // asks for the status
  run.node("n").started();
  run.finish();
  CHECK(session->flush(10s));
  CHECK(session->close(10s).kept == 0);
  std::ifstream file(config.endpoint);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(std::move(line));
  REQUIRE(lines.size() >= 2);
  CHECK(std::count_if(lines.begin(), lines.end(), is_finish) == 1);
  for (const std::string& line : lines) {
    CHECK((is_finish(line) || line.find("\"events\":[]") == std::string::npos));
  }
}

TEST_CASE("a worker with an open node is heard of within 10 s, one without sends nothing") {
  struct Worker {
    Worker() : session(std::move(*Session::start(config_in(directory, backend.url())))) {}
    const TempDir directory;
    const Backend backend;
    Session session;
  };
  Worker busy;
  Worker idle;
  Worker gave_up;
  Run runs[] = {busy.session.run("r"), idle.session.run("r"), gave_up.session.run("r")};
  auto open = runs[0].node("n");
  auto ended = runs[1].node("n");
  auto detached = runs[2].node("n");
  for (Node* node : {&open, &ended, &detached}) node->started();
  ended.completed();
  detached.detach();
  for (Worker* worker : {&busy, &idle, &gave_up}) REQUIRE(worker->session.flush(10s));
  const std::size_t before = busy.backend.lines().size();
  const auto begin = std::chrono::steady_clock::now();
  while (busy.backend.lines().size() == before && std::chrono::steady_clock::now() < begin + 30s) {
    std::this_thread::sleep_for(20ms);
  }
  CHECK(std::chrono::steady_clock::now() - begin > 8s);
  REQUIRE(busy.backend.lines().size() == before + 1);
  CHECK(busy.backend.lines().back() ==
        "{\"runId\":\"r\",\"events\":[],\"session\":\"" + std::string(busy.session.id()) + "\"}");
  for (const Worker* worker : {&idle, &gave_up}) {
    for (const std::string& line : worker->backend.lines()) {
      CHECK(line.find("\"events\":[]") == std::string::npos);
    }
  }
}
