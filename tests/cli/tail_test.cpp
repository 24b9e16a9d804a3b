// SPDX-License-Identifier: Apache-2.0
// tail: what it selects, how it waits, follows and reconnects, and what reaches a terminal.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <sstream>
#include <string>

#include "backend_of_test.hpp"
#include "emitter/output/character.hpp"
#include "routed_server.hpp"

namespace trace::testing {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// Events of two nodes: the message is also the node, stream and level of the event.
void record_some(const BackendOfTest& backend) {
  const std::string rest = R"(,"timestamp":"2025-10-13T12:0)";
  const std::string input =
      R"({"nodeId":"a","type":"STARTED","message":"begin")" + rest + "0Z\"}\n" +
      R"({"nodeId":"a","type":"PROGRESS","message":"out\tline","data":{"stream":"stdout"})" + rest +
      "1Z\"}\n" +
      R"({"nodeId":"a","type":"PROGRESS","level":"warn","message":"err","data":{"stream":"stderr"})" +
      rest + "2Z\"}\n" +
      R"({"nodeId":"b","type":"PROGRESS","level":"error","message":"bad\u001b[2J","data":{"port":443})" +
      rest + "3Z\"}\n" + R"({"nodeId":"b","type":"COMPLETED","message":"end")" + rest + "4Z\"}\n";
  const Finished recorded = backend.shiptrace({"record", "--stdin", "--run", "r"}, input);
  REQUIRE_MESSAGE(recorded.status.code == 0, recorded.errors);
}

const std::string a_trace =
    "data: {\"runId\":\"r\",\"events\":[{\"id\":\"1\",\"runId\":\"r\",\"nodeId\":\"n\",\"type\":"
    "\"STARTED\",\"level\":\"info\",\"timestamp\":\"2025-10-13T12:00:00Z\",\"message\":\"first\"}],"
    "\"cursor\":\"MQ==\"}\nid: MQ==\nevent: trace\n\n";

std::string completion(const std::string& status) {
  return "data: {\"runId\":\"r\",\"status\":\"" + status + "\"}\nevent: complete\n\n";
}

}  // namespace

TEST_CASE("tail shows what its options select") {
  const BackendOfTest backend;
  record_some(backend);
  const auto raw = [&](Arguments more) {
    more.insert(more.begin(), {"tail", "--run", "r", "--raw"});
    const Finished shown = backend.shiptrace(more);
    CHECK_MESSAGE(shown.status.code == 0, shown.errors);
    return shown.output;
  };
  CHECK(raw({}) == "begin\nout\tline\nerr\nbad\\x1b[2J\nend\n");
  CHECK(raw({"-n", "2"}) == "bad\\x1b[2J\nend\n");
  CHECK(raw({"-n", "0"}).empty());
  CHECK(raw({"-n", "9"}) == raw({}));
  CHECK(raw({"--node", "b"}) == "bad\\x1b[2J\nend\n");
  CHECK(raw({"--node", "a", "--node", "b"}) == raw({}));
  CHECK(raw({"--stream", "stdout"}) == "out\tline\n");
  CHECK(raw({"--level", "warn"}) == "err\nbad\\x1b[2J\n");
  CHECK(raw({"--grep", "^(e|b)"}) == "begin\nerr\nbad\\x1b[2J\nend\n");
  CHECK(raw({"--since", "2025-10-13T12:03Z"}) == "bad\\x1b[2J\nend\n");
  CHECK(raw({"--since", "2025-10-13 12:04", "--utc"}) == "end\n");
  CHECK(raw({"--since", "1h"}).empty());
  CHECK(raw({"--node", "a", "--level", "warn", "-n", "1"}) == "err\n");
  CHECK(backend.shiptrace({"tail", "r", "-o", "raw"}).output == raw({}));
  CHECK(lines_of(backend.shiptrace({"tail", "r", "-o", "json", "--node", "b"}).output) == 2);
  CHECK(contains(backend.shiptrace({"tail", "r"}).output, "bad\\x1b[2J  port=443\n"));
}

TEST_CASE("tail refuses what it cannot select by") {
  const auto refused = [](Arguments more, const std::string& text) {
    more.insert(more.begin(), {"tail", "--run", "r"});
    const Finished ended = run(cli(std::move(more)));
    CHECK(ended.status.code == 2);
    CHECK_MESSAGE(contains(ended.errors, text), ended.errors);
  };
  refused({"--grep", "("}, "--grep: \"(\" is not an extended regular expression: ");
  refused({"--since", "soon"}, "--since: \"soon\" is not a time; use 5m");
  refused({"--level", "fatal"}, "--level");
  refused({"--stream", "stdin"}, "--stream");
  refused({"-n", "-1"}, "--lines");
}

TEST_CASE("times are local ones, or with --utc those of UTC") {
  const BackendOfTest backend;
  record_some(backend);
  Command local = backend.command({"tail", "--run", "r"});
  local.env["TZ"] = "XYZ-5:30";
  const std::string shown = run(local).output;
  CHECK(contains(shown, "-- 2025-10-13 (XYZ) --\n17:30:00.000  STARTED"));
  local.argv.emplace_back("--utc");
  CHECK(contains(run(local).output, "-- 2025-10-13 (UTC) --\n12:00:00.000  STARTED"));
}

TEST_CASE("tail -f waits for a run that does not exist yet") {
  const BackendOfTest backend;
  Child tail(backend.command({"tail", "--run", "r", "-f"}));
  REQUIRE(tail.wait_for_errors("waiting for run r;"));
  REQUIRE(
      backend.shiptrace({"run", "--run", "r", "--node", "n", "--", "echo", "hello"}).status.code ==
      0);
  REQUIRE(tail.wait_for_output("hello"));
  backend.verdict("r");
  CHECK(tail.wait().code == 0);
  CHECK(contains(tail.errors(), "the run has ended: COMPLETED\n"));
}

TEST_CASE("a run of several commands is followed to its true end") {
  const BackendOfTest backend;
  const auto followed = [&](const std::string& run, const char* second, bool third) {
    Child tail(backend.command({"tail", "--run", run, "-f", "--exit-status"}));
    REQUIRE(tail.wait_for_errors("waiting for run"));
    REQUIRE(backend.shiptrace({"run", "--run", run, "--node", "build", "--", "true"}).status.code ==
            0);
    REQUIRE(tail.wait_for_output("COMPLETED"));
    backend.shiptrace({"run", "--run", run, "--node", "scan", "--", second});
    if (third) {
      REQUIRE(backend
                  .shiptrace({"record", "--run", run, "--node", "report", "--type", "COMPLETED",
                              "--message", "skipped: nothing found", "--data",
                              R"({"skipped":true,"reason":"nothing found"})"})
                  .status.code == 0);
    }
    // Each node has ended, and the run has not.
    REQUIRE(tail.wait_for_output(third ? "report" : "scan"));
    CHECK_FALSE(contains(tail.errors(), "has ended"));
    backend.verdict(run);
    const int code = tail.wait().code;
    return std::pair(code, tail.errors());
  };
  const auto good = followed("good", "true", false);
  CHECK(good.first == 0);
  CHECK(contains(good.second, "the run has ended: COMPLETED\n"));
  const auto bad = followed("bad", "false", false);
  CHECK(bad.first == 1);
  CHECK(contains(bad.second, "the run has ended: FAILED: exited with code 1\n"));
  const auto skipped = followed("skipped", "true", true);
  CHECK(skipped.first == 0);
  CHECK(contains(skipped.second, "the run has ended: COMPLETED\n"));
  CHECK(contains(backend.shiptrace({"nodes", "skipped"}).output, "  SKIPPED  "));
}

TEST_CASE("tail -f waits while the backend answers that it does not know the run") {
  std::atomic<int> streams{0};
  const RoutedServer backend([&](const std::string& request) {
    if (!request.starts_with("GET /workflows/runs/r/stream")) return answer_text(404, "{}");
    return ++streams < 3 ? answer_text(404, R"({"error":{"message":"unknown run"}})")
                         : event_stream(a_trace + completion("COMPLETED"));
  });
  const Finished ended = backend.shiptrace({"tail", "--run", "r", "-f", "--raw"});
  CHECK(ended.status.code == 0);
  CHECK(ended.output == "first\n");
  CHECK(streams == 3);
  CHECK(contains(ended.errors, "waiting for run r; " + backend.url() + " does not know it yet\n"));
  CHECK(lines_of(ended.errors) == 2);  // said once; and the end
}

TEST_CASE("tail -f goes on after its cursor until the run has really ended") {
  std::atomic<int> streams{0};
  std::string second;
  const RoutedServer backend([&](const std::string& request) {
    if (request.ends_with("/status")) return answer_text(404, "{}");
    if (++streams == 1) return event_stream(a_trace);  // the connection breaks
    if (streams == 2) return answer_text(503, "{}");
    second = request;
    return event_stream("data: {\"message\":\"the store failed\"}\nevent: error\n\n" +
                        completion("FAILED"));
  });
  const Finished ended = backend.shiptrace({"tail", "--run", "r", "-f", "--raw"});
  CHECK(ended.status.code == 0);
  CHECK(ended.output == "first\n");
  CHECK(second == "GET /workflows/runs/r/stream?cursor=MQ%3D%3D");
  CHECK(contains(ended.errors, "the run has ended: FAILED\n"));
}

TEST_CASE("tail -f reports the verdict and why, and exits with it when asked") {
  const auto follow = [](const std::string& status, Arguments more) {
    const std::string failure = status == "FAILED" ? R"(,"failure":{"reason":"no luck"})" : "";
    const std::string payload = R"({"runId":"r","workflowId":"","status":")" + status +
                                R"(","startedAt":"2025-10-13T12:00:00Z","updatedAt":)"
                                R"("2025-10-13T12:03:11Z","taskQueue":"","historyLength":0)" +
                                failure + "}";
    const RoutedServer backend([&](const std::string&) {
      return event_stream(a_trace + "data: " + payload + "\nevent: status\n\n" +
                          completion(status));
    });
    more.insert(more.begin(), {"tail", "--run", "r", "--follow", "--raw"});
    return backend.shiptrace(more);
  };
  const Finished plain = follow("FAILED", {});
  CHECK(plain.status.code == 0);
  CHECK(plain.errors == "the run has ended: FAILED: no luck\n");
  CHECK(follow("FAILED", {"-q"}).errors.empty());
  CHECK(follow("COMPLETED", {"--exit-status"}).status.code == 0);
  CHECK(follow("FAILED", {"--exit-status"}).status.code == 1);
  CHECK(follow("TIMED_OUT", {"--exit-status"}).status.code == 1);
  CHECK(follow("CANCELLED", {"--exit-status"}).status.code == 130);
}

TEST_CASE("tail -f -n begins with the last events that are stored") {
  const BackendOfTest backend;
  record_some(backend);
  REQUIRE(
      backend.shiptrace({"record", "--run", "r", "--node", "c", "--type", "STARTED"}).status.code ==
      0);
  Child tail(backend.command({"tail", "--run", "r", "-f", "-n", "2", "--raw"}));
  REQUIRE(tail.wait_for_output("end\n"));
  REQUIRE(backend
              .shiptrace({"record", "--run", "r", "--node", "c", "--type", "PROGRESS", "--message",
                          "live"})
              .status.code == 0);
  REQUIRE(tail.wait_for_output("live\n"));
  CHECK(tail.output() == "end\nlive\n");
  tail.signal(SIGTERM);
  CHECK(tail.wait().code == 143);
}

TEST_CASE("on a terminal lines are folded and coloured") {
  const BackendOfTest backend;
  record_some(backend);
  REQUIRE(backend
              .shiptrace({"record", "--run", "r", "--node", "c", "--type", "PROGRESS", "--message",
                          std::string(30, 'w') + " " + std::string(200, 'x') + "\x1b[31m"})
              .status.code == 0);
  // A terminal of 80 columns.
  const auto at_terminal = [&](const std::string& name, const std::string& value) {
    Command command = backend.command({"run", "--run", "shown", "--node", "n", "--pty", "--",
                                       SHIPTRACE_CLI_BINARY, "tail", "--endpoint",
                                       backend.collector.url(), "--run", "r"});
    command.env[name] = value;
    const Finished shown = run(std::move(command));
    CHECK_MESSAGE(shown.status.code == 0, shown.errors);
    return shown.output;
  };
  const auto widest = [](const std::string& text) {
    std::istringstream lines(text);
    std::size_t columns = 0;
    for (std::string line; std::getline(lines, line);) {
      std::string plain;
      for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == '\x1b')
          at = line.find('m', at);
        else if (line[at] != '\r')
          plain += line[at];
      }
      columns = std::max(columns, trace::cli::output::columns_of(plain));
    }
    return columns;
  };
  const std::string coloured = at_terminal("UNUSED", "1");
  CHECK(contains(coloured, "\x1b[31m12:03:00  error"));
  CHECK_FALSE(contains(coloured, "\x1b[2J"));
  CHECK(widest(coloured) == 80);
  CHECK(widest(at_terminal("COLUMNS", "140")) == 140);
  for (const auto& [name, value] : {std::pair("NO_COLOR", "1"), std::pair("TERM", "dumb")}) {
    const std::string plain = at_terminal(name, value);
    CAPTURE(name);
    CHECK_FALSE(contains(plain, "\x1b"));
    CHECK(widest(plain) == 80);
  }
  INFO("to a pipe everything goes in whole lines");
  CHECK(contains(backend.shiptrace({"tail", "--run", "r"}).output, std::string(200, 'x')));
}

}  // namespace trace::testing
