// SPDX-License-Identifier: Apache-2.0
// runs, nodes, cancel and the nodes of status, against responses of docs/ingestion-api.md.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "backend_of_test.hpp"
#include "routed_server.hpp"

namespace trace::testing {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

const std::string not_found = answer_text(404, R"({"error":{"message":"no such run"}})");

const std::string failed_status =
    R"({"runId":"r1","workflowId":"wf-1","status":"FAILED","startedAt":"2025-10-13T12:00:00Z",)"
    R"("updatedAt":"2025-10-13T12:03:11Z","completedAt":"2025-10-13T12:01:05.25Z","taskQueue":"",)"
    R"("historyLength":0,"progress":{"completedActions":1,"totalActions":2},)"
    R"("failure":{"reason":"exited with code 2","details":{"nodeId":"scan","code":"PROCESS_EXIT"}}})";

const std::string two_nodes =
    R"({"runId":"r1","nodes":[)"
    R"({"nodeId":"build","status":"COMPLETED","attempts":1,"startedAt":"2025-10-13T12:00:00Z",)"
    R"("endedAt":"2025-10-13T12:00:12.3Z","durationMs":12300,"events":1204,)"
    R"("counts":{"debug":0,"info":1202,"warn":2,"error":0},"lastMessage":"linked"},)"
    R"({"nodeId":"scan","parent":"build","status":"FAILED","attempts":3,"durationMs":65250,)"
    R"("events":9,"counts":{"error":1},"lastMessage":"x","failure":{"reason":"exited\u001b with code 2\nmore",)"
    R"("code":"PROCESS_EXIT"}}]})";

std::string respond(const std::string& request) {
  if (request == "GET /workflows/runs/r1/status") return answer_text(200, failed_status);
  if (request == "GET /workflows/runs/r1/nodes?limit=1000") return answer_text(200, two_nodes);
  return not_found;
}

// Pages of runs r1 to r7, three each; every second one is FAILED.
std::string pages(const std::string& request) {
  if (!request.starts_with("GET /workflows/runs?")) return not_found;
  const std::size_t at = request.find("cursor=");
  const int first = at == std::string::npos ? 1 : std::stoi(request.substr(at + 7));
  std::string runs;
  for (int i = first; i < first + 3 && i <= 7; ++i) {
    runs +=
        fmt::format(R"({}{{"runId":"r{}","workflowId":"","status":"{}","startedAt":)"
                    R"("2025-10-13T12:00:00Z","completedAt":"2025-10-13T12:03:05Z","events":1998,)"
                    R"("nodes":{{"started":3,"completed":1,"failed":1}}}})",
                    runs.empty() ? "" : ",", i, i % 2 == 0 ? "FAILED" : "COMPLETED");
  }
  const std::string cursor = first + 3 <= 7 ? fmt::format(R"(,"cursor":"{}")", first + 3) : "";
  return answer_text(200, R"({"runs":[)" + runs + "]" + cursor + "}");
}

}  // namespace

TEST_CASE("runs lists the runs of the real backend") {
  const BackendOfTest backend;
  CHECK(backend.shiptrace({"runs"}).output == "RUN  STATUS  AGE  DURATION  NODES  EVENTS\n");
  REQUIRE(backend.shiptrace({"run", "--run", "first", "--node", "n", "--", "true"}).status.code ==
          0);
  REQUIRE(backend.shiptrace({"run", "--run", "second", "--node", "n", "--", "false"}).status.code ==
          1);
  const Finished listed = backend.shiptrace({"runs"});
  CHECK(listed.status.code == 0);
  CHECK(lines_of(listed.output) == 3);
  CHECK(listed.output.find("first") > listed.output.find("second"));  // the newest first
  CHECK(contains(listed.output, "1/1"));
  CHECK(lines_of(backend.shiptrace({"runs", "-n", "1"}).output) == 2);
  const Finished json = backend.shiptrace({"runs", "--output", "json"});
  CHECK(lines_of(json.output) == 2);
  CHECK(json.output.starts_with(R"({"runId":"second",)"));
}

TEST_CASE("nodes, status and cancel show what the real backend has") {
  const BackendOfTest backend;
  REQUIRE(backend.shiptrace({"run", "--run", "r", "--node", "good", "--", "echo", "hello"})
              .status.code == 0);
  REQUIRE(backend
              .shiptrace(
                  {"run", "--run", "r", "--node", "bad", "--", "sh", "-c", "echo oops >&2; exit 3"})
              .status.code == 3);
  const std::string nodes = backend.shiptrace({"nodes", "r"}).output;
  CHECK(lines_of(nodes) == 3);
  CHECK(contains(nodes, "\ngood  COMPLETED         1 "));
  CHECK(contains(nodes, "\nbad   FAILED            1 "));
  CHECK(contains(nodes, " 3     1       1  exited with code 3 (PROCESS_EXIT)\n"));
  const std::string status = backend.shiptrace({"status", "r"}).output;
  CHECK(contains(status, "\nevents     6 (1 warning, 1 error)\n\n" + nodes.substr(0, 5)));

  REQUIRE(backend.shiptrace({"cancel", "r"}).output == "run r: CANCELLED\n");
  CHECK(backend.shiptrace({"status", "r", "--exit-status"}).status.code == 130);
  REQUIRE(backend.shiptrace({"run", "--run", "over", "--node", "n", "--", "true"}).status.code ==
          0);
  backend.verdict("over");
  const Finished too_late = backend.shiptrace({"cancel", "over"});
  CHECK(too_late.status.code == 1);
  CHECK(contains(too_late.errors, "409"));
  CHECK(backend.shiptrace({"cancel", "unknown"}).status.code == 1);
}

TEST_CASE("runs reads page after page until it has enough") {
  const RoutedServer backend(&pages);
  CHECK(lines_of(backend.shiptrace({"runs"}).output) == 8);
  CHECK(lines_of(backend.shiptrace({"runs", "--limit", "5"}).output) == 6);
  const Finished failed = backend.shiptrace({"runs", "--status", "failed", "--limit", "2"});
  CHECK(contains(failed.output, "\nr2 "));
  CHECK(contains(failed.output, "\nr4 "));
  CHECK(lines_of(failed.output) == 3);
  CHECK(
      lines_of(backend.shiptrace({"runs", "--status", "FAILED", "--status", "COMPLETED"}).output) ==
      8);
  CHECK(contains(failed.output, "  FAILED  "));
  CHECK(contains(failed.output, "     3m05s    1/3   1,998\n"));
}

TEST_CASE("runs refuses an unknown status, a limit of 0 and a response that is not a list") {
  const Finished wrong = run(cli({"runs", "--status", "BROKEN"}));
  CHECK(wrong.status.code == 2);
  CHECK(contains(wrong.errors, "\"BROKEN\" is not a status; use QUEUED, RUNNING"));
  CHECK(run(cli({"runs", "--limit", "0"})).status.code == 2);
  const RoutedServer other([](const std::string&) { return answer_text(200, "<html>"); });
  const Finished html = other.shiptrace({"runs"});
  CHECK(html.status.code == 1);
  CHECK(contains(html.errors, "not a list of runs"));
  const RoutedServer circle([](const std::string&) {
    return answer_text(200, R"({"runs":[{"runId":"r","status":"FAILED"}],"cursor":"A"})");
  });
  CHECK(contains(circle.shiptrace({"runs"}).errors, "does not advance"));
}

TEST_CASE("nodes shows one row a node, a child below its parent, and why one failed") {
  const RoutedServer backend(&respond);
  const Finished table = backend.shiptrace({"nodes", "--run", "r1"});
  CHECK(table.status.code == 0);
  CHECK(table.output ==
        "NODE    STATUS     ATTEMPTS  DURATION  EVENTS  WARN  ERRORS  LAST MESSAGE\n"
        "build   COMPLETED         1     12.3s   1,204     2       0  linked\n"
        "  scan  FAILED            3     1m05s       9     0       1  exited\\x1b with code 2 … "
        "(PROCESS_EXIT)\n");
  CHECK(backend.shiptrace({"nodes", "r1"}).output == table.output);
  const Finished json = backend.shiptrace({"nodes", "--run", "r1", "-o", "json"});
  CHECK(lines_of(json.output) == 2);
  CHECK(json.output.starts_with(R"({"nodeId":"build",)"));
  const Finished unknown = backend.shiptrace({"nodes", "--run", "r2"});
  CHECK(unknown.status.code == 1);
  CHECK(contains(unknown.errors, "does not know the nodes of run r2: check --run and --endpoint"));
}

TEST_CASE("status shows the run and its nodes") {
  const RoutedServer backend(&respond);
  const Finished shown = backend.shiptrace({"status", "r1", "--utc"});
  CHECK(shown.status.code == 0);
  CHECK(
      shown.output.starts_with("run        r1\n"
                               "status     FAILED\n"
                               "failure    scan: exited with code 2 (PROCESS_EXIT)\n"
                               "progress   1 of 2 actions\n"
                               "started    2025-10-13 12:00:00 UTC, "));
  CHECK(contains(shown.output,
                 "\nended      2025-10-13 12:01:05 UTC, took 1m05s\n"
                 "workflow   wf-1\n"
                 "events     1,213 (2 warnings, 1 error)\n\n"
                 "NODE    STATUS     ATTEMPTS"));
}

TEST_CASE("--exit-status exits with the verdict of the run") {
  const auto code = [](const std::string& status, Arguments arguments) {
    std::string body = failed_status;
    body.replace(body.find("FAILED"), 6, status);
    if (status != "FAILED") body = body.substr(0, body.find(",\"failure\"")) + "}";
    const RoutedServer backend([body](const std::string& request) {
      if (request.ends_with("/status")) return answer_text(200, body);
      if (request.find("/trace") == std::string::npos) return not_found;
      return answer_text(200, R"({"runId":"r1","events":[],"cursor":"MA=="})");
    });
    return backend.shiptrace(std::move(arguments)).status.code;
  };
  for (const char* command : {"status", "tail"}) {
    CAPTURE(command);
    CHECK(code("FAILED", {command, "r1"}) == 0);
    CHECK(code("COMPLETED", {command, "r1", "--exit-status"}) == 0);
    CHECK(code("FAILED", {command, "r1", "--exit-status"}) == 1);
    CHECK(code("TIMED_OUT", {command, "r1", "--exit-status"}) == 1);
    CHECK(code("TERMINATED", {command, "r1", "--exit-status"}) == 1);
    CHECK(code("CANCELLED", {command, "r1", "--exit-status"}) == 130);
    CHECK(code("RUNNING", {command, "r1", "--exit-status"}) == 3);
    CHECK(code("QUEUED", {command, "r1", "--exit-status"}) == 3);
  }
}

TEST_CASE("cancel posts to the run and shows its status") {
  const std::string cancelled =
      R"({"runId":"r1","workflowId":"","status":"CANCELLED","startedAt":"2025-10-13T12:00:00Z",)"
      R"("updatedAt":"2025-10-13T12:03:11Z","taskQueue":"","historyLength":0})";
  const RoutedServer backend([&](const std::string& request) {
    if (request == "POST /workflows/runs/r1/cancel") return answer_text(200, cancelled);
    if (request != "POST /workflows/runs/over/cancel") return not_found;
    return answer_text(409, R"({"error":{"message":"the run is COMPLETED"}})");
  });
  const Finished done = backend.shiptrace({"cancel", "--run", "r1"});
  CHECK(done.status.code == 0);
  CHECK(done.output == "run r1: CANCELLED\n");
  CHECK(backend.shiptrace({"cancel", "r1", "--json"}).output == cancelled + "\n");
  const Finished over = backend.shiptrace({"cancel", "--run", "over"});
  CHECK(over.status.code == 1);
  CHECK(contains(over.errors, "409, the run is COMPLETED: 'shiptrace status' shows"));
  CHECK(backend.shiptrace({"cancel", "--run", "unknown"}).status.code == 1);
}

}  // namespace trace::testing
