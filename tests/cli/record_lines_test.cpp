// SPDX-License-Identifier: Apache-2.0
// record --stdin: events from lines of JSON, as they come.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <utility>

#include "backend_of_test.hpp"

namespace trace::testing {
namespace {

std::string line(const std::string& node, const std::string& rest) {
  return R"({"id":"ignored","runId":"r","nodeId":")" + node +
         R"(","type":"PROGRESS","level":"info","timestamp":"2025-10-13T12:00:00Z")" + rest + "}\n";
}

// A pipe with a name, open for writing as long as the object lives.
class Fifo {
 public:
  explicit Fifo(std::string path) : path_(std::move(path)) {
    REQUIRE(mkfifo(path_.c_str(), 0600) == 0);
    descriptor_ = open(path_.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(descriptor_ >= 0);
  }
  ~Fifo() { end(); }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;

  void write(const std::string& text) const {
    REQUIRE(::write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void end() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
  }
  // The command with this as its stdin.
  Command as_input_of(Command command) const {
    command.argv.insert(command.argv.begin(), {"bash", "-c", "exec \"$@\" < \"$0\"", path_});
    return command;
  }

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace

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

TEST_CASE("record --stdin records each line as soon as it is there") {
  const BackendOfTest backend;
  Fifo input(backend.directory / "input");
  Child child(input.as_input_of(backend.command({"record", "--stdin"})));
  input.write(line("a", ""));
  CHECK(backend.wait_for_events("r", 1).size() == 1);
  input.write(line("b", "") + line("c", "").substr(0, 20));
  CHECK(backend.wait_for_events("r", 2).size() == 2);
  input.write(line("c", "").substr(20));
  CHECK(backend.wait_for_events("r", 3).size() == 3);
  input.end();
  CHECK(child.wait().code == 0);
  CHECK(child.errors() == "3 events recorded\n");
}

TEST_CASE("record --stdin --ack responds to each line when it is safe") {
  const BackendOfTest backend;
  Fifo input(backend.directory / "input");
  Command command = backend.command({"record", "--stdin", "--ack"});
  command.env["SHIPTRACE_LEVEL"] = "warn";
  Child child(input.as_input_of(std::move(command)));
  const std::string warning =
      R"({"runId":"r","nodeId":"n","type":"PROGRESS","level":"warn","timestamp":"2025-10-13T12:00Z"})";
  input.write(warning + "\n");
  REQUIRE(child.wait_for_output("{\"line\":1,\"outcome\":\"accepted\"}\n"));
  input.write("\n" + line("n", ""));
  REQUIRE(child.wait_for_output("{\"line\":3,\"outcome\":\"filtered\"}\n"));
  input.write("no \"json\"\n");
  REQUIRE(child.wait_for_output("{\"line\":4,\"outcome\":\"refused\",\"error\":\""));
  input.write(R"({"runId":"r","nodeId":"n\u0007","type":"STARTED","level":"error"})"
              "\n");
  REQUIRE(child.wait_for_output("{\"line\":5,\"outcome\":\"dropped\",\"error\":\""));
  // What was accepted survives whatever happens to us now.
  child.signal(SIGKILL);
  CHECK(child.wait().signal == SIGKILL);
  REQUIRE(backend.shiptrace({"recover"}).status.code == 0);
  CHECK(backend.events("r").size() == 1);
}

TEST_CASE("record --stdin adds what a line may lack") {
  const BackendOfTest backend;
  const std::string input = R"({"type":"STARTED"})"
                            "\n"
                            R"({"type":"FAILED","error":{"message":"e"}})"
                            "\n"
                            R"({"nodeId":"other","type":"PROGRESS","level":"debug","message":"m"})"
                            "\n";
  const Finished ended =
      backend.shiptrace({"record", "--stdin", "--run", "r", "--node", "n"}, input);
  CHECK_MESSAGE(ended.status.code == 0, ended.errors);
  const auto events = backend.events("r");
  REQUIRE(events.size() == 3);
  CHECK(events[0].node_id == "n");
  CHECK(events[0].level == Level::info);
  CHECK(events[0].timestamp > "2026");
  CHECK(events[1].level == Level::error);
  CHECK(events[2].node_id == "other");
  CHECK(events[2].level == Level::debug);
  INFO("but not the type, and without --run not the run");
  const Finished untyped =
      backend.shiptrace({"record", "--stdin", "--run", "r", "--node", "n"}, "{}\n");
  CHECK(untyped.status.code == 1);
  CHECK(untyped.errors.find("line 1: type") != std::string::npos);
  CHECK(backend.shiptrace({"record", "--stdin", "--node", "n"}, input).status.code == 1);
}

TEST_CASE("a signal ends record --stdin, and what it has read is delivered") {
  const BackendOfTest backend;
  Fifo input(backend.directory / "input");
  Child child(input.as_input_of(backend.command({"record", "--stdin", "--ack"})));
  input.write(line("a", "") + "{\"half of a line");
  REQUIRE(child.wait_for_output("accepted"));
  int expected = 130;
  SUBCASE("Ctrl-C") { child.signal(SIGINT); }
  SUBCASE("SIGTERM") {
    child.signal(SIGTERM);
    expected = 143;
  }
  CHECK(child.wait().code == expected);
  CHECK(child.output() == "{\"line\":1,\"outcome\":\"accepted\"}\n");  // half a line is none
  CHECK(child.errors() == "1 events recorded\n");
  CHECK(backend.events("r").size() == 1);
}

}  // namespace trace::testing
