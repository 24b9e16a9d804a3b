// SPDX-License-Identifier: Apache-2.0
// record: one event from options, many from stdin.
#include <doctest/doctest.h>

#include <fstream>
#include <utility>

#include "backend_of_test.hpp"

namespace trace::testing {
namespace {

std::string line(const std::string& node, const std::string& rest) {
  return R"({"id":"ignored","runId":"r","nodeId":")" + node +
         R"(","type":"PROGRESS","level":"info","timestamp":"2025-10-13T12:00:00Z")" + rest + "}\n";
}

}  // namespace

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
  CHECK(
      backend.shiptrace({"record", "--run", "r", "--node", "n", "--type", "started"}).status.code ==
      2);
  CHECK(backend.shiptrace({"record", "--run", "r"}).status.code == 2);
  CHECK(
      backend.shiptrace({"record", "--run", "", "--node", "n", "--type", "STARTED"}).status.code ==
      2);
  CHECK(backend.collector.get("/workflows/runs/r/trace").status == 404);
}

TEST_CASE("record --stdin keeps everything of a line but its id") {
  const BackendOfTest backend;
  const std::string whole =
      R"({"id":"7","runId":"other","nodeId":"b","type":"FAILED","level":"error",)"
      R"("timestamp":"2024-02-29T23:59:59.250Z","message":"m\u0007\n2","error":{"message":"e",)"
      R"("stack":"s","code":"c"},"outputSummary":{"a":[1]},"data":{"k":null},"unknown":1})";
  const Finished ended =
      backend.shiptrace({"record", "--stdin"}, line("a", "") + "\n" + line("a", "") + whole);
  CHECK_MESSAGE(ended.status.code == 0, ended.errors);
  CHECK(backend.events("r").size() == 2);
  const auto events = backend.events("other");
  REQUIRE(events.size() == 1);
  const EventPayload& event = events[0];
  CHECK(event.node_id == "b");
  CHECK(event.type == Type::failed);
  CHECK(event.timestamp.starts_with("2024-02-29T23:59:59.25"));
  CHECK(event.message == "m\a\n2");
  REQUIRE(event.error.has_value());
  CHECK(event.error->stack == "s");
  CHECK(event.error->code == "c");
  CHECK(event.output_summary == R"({"a":[1]})");
  CHECK(event.data == R"({"k":null})");
}

TEST_CASE("numbers and surrogates are the same by --data, --stdin and a captured JSON log") {
  // Text beside what readers get of it.
  const std::pair<std::string, std::string> values[] = {
      {"1e400", "1e400"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"0.12345678901234567890123", "0.12345678901234567890123"},
      {"18446744073709551615", "18446744073709551615"},
      {"1.5", "1.5"},
      {R"("\ud800")", "\"\xEF\xBF\xBD\""},
      {R"("\ud83d\ude80")", "\"\xF0\x9F\x9A\x80\""},
      {R"("a\u0000b")",
       "\"a\xE2\x90\x80"
       "b\""}};
  const BackendOfTest backend;
  for (const auto& [text, expected] : values) {
    CAPTURE(text);
    const Finished option = backend.shiptrace({"record", "--run", "data", "--node", "a", "--type",
                                               "PROGRESS", "--data", "{\"v\":" + text + "}"});
    CHECK_MESSAGE(option.status.code == 0, option.errors);
    const Finished input = backend.shiptrace(
        {"record", "--stdin"},
        R"({"runId":"stdin","nodeId":"a","type":"PROGRESS","level":"info","timestamp":)"
        R"("2025-10-13T12:00:00Z","data":{"v":)" +
            text + "}}\n");
    CHECK_MESSAGE(input.status.code == 0, input.errors);
    const Finished logged =
        backend.shiptrace({"run", "--run", "log", "--node", "a", "--", "printf", "%s\\n",
                           R"({"level":"error","msg":"logged","v":)" + text + "}"});
    CHECK_MESSAGE(logged.status.code == 0, logged.errors);
    const std::string data = "{\"v\":" + expected + "}";
    CHECK(backend.events("data").back().data == data);
    CHECK(backend.events("stdin").back().data == data);
    std::string of_log;
    for (const EventPayload& event : backend.events("log")) {
      if (event.message == "logged") of_log = *event.data;
    }
    CHECK(of_log.find("\"level\":\"error\",\"v\":" + expected + "}") != std::string::npos);
  }
}

TEST_CASE("values that readers would refuse are moved, by --data and --stdin") {
  const BackendOfTest backend;
  const std::string data = R"({"title":7,"x":1})";
  CHECK(
      backend
          .shiptrace({"record", "--run", "r", "--node", "a", "--type", "PROGRESS", "--data", data})
          .status.code == 0);
  CHECK(backend.shiptrace({"record", "--stdin"}, line("a", ",\"data\":" + data)).status.code == 0);
  const auto events = backend.events("r");
  REQUIRE(events.size() == 2);
  for (const EventPayload& event : events) {
    CHECK(event.data == R"({"x":1,"fields":{"title":7}})");
  }
}

TEST_CASE("record --stdin names line and field of invalid events, and records the others") {
  const BackendOfTest backend;
  const std::string input = line("a", "") + R"({"runId":"r"})" + "\n\r\n" + "no json\n" +
                            line("a", R"(,"message":7)") + line("a", "");
  const Finished ended = backend.shiptrace({"record", "--stdin"}, input);
  CHECK(ended.status.code == 1);
  CHECK(ended.errors.find("line 2: ") != std::string::npos);
  CHECK(ended.errors.find("nodeId") != std::string::npos);
  CHECK(ended.errors.find("line 3: ") == std::string::npos);  // empty lines are ignored
  CHECK(ended.errors.find("line 4: ") != std::string::npos);
  CHECK(ended.errors.find("line 5: message") != std::string::npos);
  CHECK(ended.errors.find("3 lines") != std::string::npos);
  CHECK(backend.events("r").size() == 2);
}

TEST_CASE("record --stdin takes lines without an id, which it would ignore") {
  const BackendOfTest backend;
  const std::string input =
      R"({"runId":"r","nodeId":"n","type":"STARTED","level":"info","timestamp":"2025-10-13T12:00Z"})";
  const Finished ended = backend.shiptrace({"record", "--stdin"}, input);
  CHECK_MESSAGE(ended.status.code == 0, ended.errors);
  CHECK(backend.events("r").size() == 1);
}

}  // namespace trace::testing
