// SPDX-License-Identifier: Apache-2.0
// The sample worker, end to end: what the README's example does.
#include <doctest/doctest.h>

#include <csignal>
#include <fstream>

#include "backend_of_test.hpp"

namespace trace::testing {
namespace {

Command worker(const BackendOfTest& backend, const std::string& run, const std::string& hosts) {
  Command command{.argv = {SHIPTRACE_WORKER_BINARY, run, hosts}};
  command.env = {{"SHIPTRACE_ENDPOINT", backend.collector.url()},
                 {"SHIPTRACE_JOURNAL_DIR", backend.journal()},
                 {"DOCKER_HOST", "unix://" + (backend.directory / "no.sock")}};
  return command;
}

}  // namespace

TEST_CASE("the sample worker resolves, and its scan fails cleanly without Docker") {
  const BackendOfTest backend;
  const Finished ended = run(worker(backend, "r", "localhost,127.0.0.1"));
  CHECK(ended.status.code == 125);
  CHECK(ended.errors.find("DOCKER_UNAVAILABLE") != std::string::npos);

  const auto events = backend.events("r");
  std::vector<const EventPayload*> resolve;
  std::vector<const EventPayload*> scan;
  for (const EventPayload& event : events) {
    (event.node_id == "resolve-1" ? resolve : scan).push_back(&event);
  }
  REQUIRE(resolve.size() == 6);  // STARTED, a line and an event per host, COMPLETED
  CHECK(resolve.front()->type == Type::started);
  CHECK(member(resolve[1]->data, "stream") == "\"stdout\"");
  CHECK(resolve[1]->message.value_or("").starts_with("localhost "));
  CHECK(member(resolve[2]->data, "host") == "\"localhost\"");
  CHECK(resolve[2]->message == "1 resolved");
  CHECK(resolve.back()->type == Type::completed);
  CHECK(member(resolve.back()->output_summary, "resolved") == "2");
  REQUIRE_FALSE(scan.empty());
  CHECK(scan.back()->type == Type::failed);
  REQUIRE(scan.back()->error.has_value());
  CHECK(scan.back()->error->code == "DOCKER_UNAVAILABLE");

  const RunStatusPayload status = backend.verdict("r");
  CHECK(status.status == RunStatus::failed);
  CHECK(status.workflow_id == "wf-1");
  REQUIRE(status.progress.has_value());
  CHECK(status.progress->completed_actions == 1);
  CHECK(status.progress->total_actions == 2);
}

TEST_CASE("the sample worker reports each failed attempt") {
  const BackendOfTest backend;
  const std::string file = backend.directory / "hosts";
  std::ofstream(file) << "localhost\nno_name!\n";
  const Finished ended = run(worker(backend, "r", file));
  CHECK(ended.status.code == 125);
  std::vector<EventPayload> failures;
  for (const EventPayload& event : backend.events("r")) {
    if (event.node_id == "resolve-1" && event.type == Type::failed) failures.push_back(event);
  }
  REQUIRE(failures.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(failures[i].error->code == "DNS");
    CHECK(member(failures[i].data, "attempt") == std::to_string(i + 1));
    CHECK(member(failures[i].data, "retryable") == (i < 2 ? "true" : ""));
  }
}

TEST_CASE("the sample worker distinguishes the user's will from its own end") {
  const BackendOfTest backend;
  const std::string file = backend.directory / "hosts";
  {
    std::ofstream hosts(file);
    for (int i = 0; i < 9'000; ++i) hosts << "localhost\n";
  }
  Child child(worker(backend, "r", file));
  backend.wait_for_events("r", 5);
  const auto of_resolve = [&] {
    std::vector<EventPayload> events;
    for (const EventPayload& event : backend.events("r")) {
      if (event.node_id == "resolve-1") events.push_back(event);
    }
    return events;
  };
  SUBCASE("SIGINT") {
    child.signal(SIGINT);
    CHECK(child.wait().code == 130);
    const auto events = of_resolve();
    check_recorded_as_cancelled(events);
    REQUIRE(events.back().error.has_value());
    CHECK(events.back().error->code == "CANCELLED");
    CHECK(backend.status("r").status == RunStatus::cancelled);
  }
  SUBCASE("SIGTERM") {
    child.signal(SIGTERM);
    CHECK(child.wait().code == 143);
    check_recorded_as_stopped(of_resolve());
    CHECK(backend.events("r").back().error->code == "WORKER_STOPPED");
    CHECK(backend.status("r").status != RunStatus::cancelled);
  }
}

TEST_CASE("the sample worker refuses a wrong command line and configuration") {
  const BackendOfTest backend;
  CHECK(run({.argv = {SHIPTRACE_WORKER_BINARY}}).status.code == 2);
  Command command = worker(backend, "r", "localhost");
  command.env["SHIPTRACE_ENDPOINT"] = "nonsense";
  command.env["SHIPTRACE_LEVEL"] = "loud";
  const Finished ended = run(std::move(command));
  CHECK(ended.status.code == 2);
  CHECK(ended.errors.find("SHIPTRACE_LEVEL") != std::string::npos);
  CHECK(ended.errors.find("endpoint") != std::string::npos);
}

}  // namespace trace::testing
