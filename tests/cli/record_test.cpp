// SPDX-License-Identifier: Apache-2.0
// record: one event from options; record_lines_test.cpp has those from stdin.
#include <doctest/doctest.h>

#include <fstream>
#include <utility>

#include "backend_of_test.hpp"

namespace trace::testing {

TEST_CASE("record writes each part of an event") {
  const BackendOfTest backend;
  const Finished ended =
      backend.shiptrace({"record", "--run", "r", "--node", "n", "--type", "PROGRESS", "--level",
                         "warn", "--message", "half done", "--data", R"({"done": 5})"});
  CHECK(ended.status.code == 0);
  CHECK(ended.output.empty());
  CHECK(ended.errors.empty());
  const auto events = backend.events("r");
  REQUIRE(events.size() == 1);
  CHECK(events[0].type == Type::progress);
  CHECK(events[0].level == Level::warn);
  CHECK(events[0].message == "half done");
  CHECK(member(events[0].data, "done") == "5");
}

TEST_CASE("record gives an event the level of its type, an error and a summary") {
  const BackendOfTest backend;
  const std::string file = backend.directory / "result.json";
  std::ofstream(file) << R"({"findings":[1,2]})";
  CHECK(backend
            .shiptrace(
                {"record", "--run", "r", "--node", "a", "--type", "COMPLETED", "--output", file})
            .status.code == 0);
  CHECK(backend
            .shiptrace(
                {"record", "--run", "r", "--node", "b", "--type", "COMPLETED", "--output", "-"},
                "plain text")
            .status.code == 0);
  CHECK(backend
            .shiptrace({"record", "--run", "r", "--node", "c", "--type", "FAILED",
                        "--error-message", "no luck", "--error-code", "LUCK"})
            .status.code == 0);
  const auto events = backend.events("r");
  REQUIRE(events.size() == 3);
  CHECK(events[0].output_summary == R"({"findings":[1,2]})");
  CHECK(events[0].level == Level::info);
  CHECK(member(events[1].output_summary, "value").find("plain text") != std::string::npos);
  CHECK(events[2].level == Level::error);
  REQUIRE(events[2].error.has_value());
  CHECK(events[2].error->message == "no luck");
  CHECK(events[2].error->code == "LUCK");
}

TEST_CASE("a node may be started by one process and completed by another") {
  const BackendOfTest backend;
  for (const char* type : {"STARTED", "COMPLETED"}) {
    REQUIRE(
        backend.shiptrace({"record", "--run", "r", "--node", "n", "--type", type}).status.code ==
        0);
  }
  const auto events = backend.events("r");
  REQUIRE(events.size() == 2);  // no FAILED, ABANDONED between them
  CHECK(events[0].type == Type::started);
  CHECK(events[1].type == Type::completed);
  CHECK(backend.verdict("r").status == RunStatus::completed);
}

TEST_CASE("record refuses an invalid event, naming the option") {
  const BackendOfTest backend;
  const auto refused = [&](Arguments more, const std::string& named) {
    Arguments arguments{"record", "--run", "r", "--node", "n", "--type", "PROGRESS"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Finished ended = backend.shiptrace(arguments);
    CAPTURE(named);
    CHECK(ended.status.code == 2);
    CHECK(ended.errors.find(named) != std::string::npos);
  };
  refused({"--data", "[1]"}, "--data");
  refused({"--data", "{"}, "--data");
  refused({"--data", R"({},"level":"debug")"}, "--data");
  refused({"--error-code", "X"}, "--error-message");
  refused({"--level", "fatal"}, "--level");
  refused({"--output", backend.directory / "missing"}, "missing");
  refused({"--stdin"}, "--stdin");
  refused({"--ack"}, "--stdin");
  CHECK(
      backend.shiptrace({"record", "--run", "r", "--node", "n", "--type", "started"}).status.code ==
      2);
  CHECK(backend.shiptrace({"record", "--run", "r"}).status.code == 2);
  CHECK(
      backend.shiptrace({"record", "--run", "", "--node", "n", "--type", "STARTED"}).status.code ==
      2);
  CHECK(backend.collector.get("/workflows/runs/r/trace").status == 404);
}

TEST_CASE("run and node may come from the environment, and the command line overrides it") {
  const BackendOfTest backend;
  const auto recorded = [&](Arguments more) {
    more.insert(more.begin(), {"record", "--type", "STARTED"});
    Command command = backend.command(std::move(more));
    command.env["SHIPTRACE_RUN"] = "r";
    command.env["SHIPTRACE_NODE"] = "n";
    return run(std::move(command)).status.code;
  };
  REQUIRE(recorded({}) == 0);
  REQUIRE(recorded({"--node", "m"}) == 0);
  REQUIRE(recorded({"--run", "s"}) == 0);
  const auto events = backend.events("r");
  REQUIRE(events.size() == 2);
  CHECK(events[0].node_id == "n");
  CHECK(events[1].node_id == "m");
  CHECK(backend.events("s").size() == 1);
  Command status = backend.command({"status"});
  status.env["SHIPTRACE_RUN"] = "s";
  CHECK(run(std::move(status)).output.find("run        s\n") != std::string::npos);
}

TEST_CASE("a STARTED has the trace context of the environment, if it is one") {
  const BackendOfTest backend;
  const std::string valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto traceparent = [&](const std::string& node, const std::string& value, Arguments more) {
    more.insert(more.begin(), {"record", "--run", "r", "--node", node, "--type", "STARTED"});
    Command command = backend.command(std::move(more));
    command.env["TRACEPARENT"] = value;
    REQUIRE(run(std::move(command)).status.code == 0);
    return backend.events("r").back().data.value_or("none");
  };
  CHECK(traceparent("a", valid, {}) == R"({"traceparent":")" + valid + "\"}");
  CHECK(traceparent("b", valid, {"--data", "{ }"}) == R"({"traceparent":")" + valid + "\"}");
  CHECK(member(traceparent("c", valid, {"--data", R"({"k":{}})"}), "traceparent") ==
        "\"" + valid + "\"");
  CHECK(member(backend.events("r").back().data, "k") == "{}");
  CHECK(member(traceparent("d", "cc" + valid.substr(2) + "-more", {}), "traceparent").size() == 62);
  for (const std::string& invalid :
       {valid.substr(1), valid + "-more", "ff" + valid.substr(2), "0G" + valid.substr(2),
        "00-" + std::string(32, '0') + valid.substr(35),
        valid.substr(0, 36) + std::string(16, '0') + valid.substr(52)}) {
    CAPTURE(invalid);
    CHECK(traceparent("e", invalid, {}) == "none");
  }
  Command progress = backend.command({"record", "--run", "r", "--node", "a", "--type", "PROGRESS"});
  progress.env["TRACEPARENT"] = valid;
  REQUIRE(run(std::move(progress)).status.code == 0);
  CHECK_FALSE(backend.events("r").back().data);
}

}  // namespace trace::testing
