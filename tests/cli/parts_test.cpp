// SPDX-License-Identifier: Apache-2.0
// The parts of the CLI that turn text into other text.
#include <doctest/doctest.h>

#include "emitter/backend/sse_parser.hpp"
#include "emitter/input/integer.hpp"
#include "emitter/output/text.hpp"
#include "emitter/output/timeline.hpp"

namespace trace::cli {

using namespace backend;
using namespace input;
using namespace output;

TEST_CASE("printable lets through what cannot move a cursor") {
  CHECK(printable("grün 漢字 🎉 ~") == "grün 漢字 🎉 ~");
  CHECK(printable("a\n\t\r\x1b[31m\x7f") == "a\\n\\t\\r\\x1b[31m\\x7f");
  CHECK(printable(std::string_view("\0", 1)) == "\\x00");
  CHECK(printable("\xc2\x9b") == "\\u{9b}");  // CSI as one character
  CHECK(printable("\xe2\x80\xae"
                  "abc") == "\\u{202e}abc");  // right-to-left override
  CHECK(printable("\xff\xc3") == "\\xff\\xc3");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate is not a character
  CHECK(printable("\xc0\x8a\xe0\x82\x9b") == "\\xc0\\x8a\\xe0\\x82\\x9b");  // overlong
}

TEST_CASE("printable_json escapes as JSON does, so that the value stays the same") {
  CHECK(printable_json("{\"a\":\"\xc2\x9b\x7f\"}") == "{\"a\":\"\\u009b\\u007f\"}");
  CHECK(printable_json("{\n\"a\":1}") == "{ \"a\":1}");
}

TEST_CASE("numbers for people") {
  CHECK(thousands(0) == "0");
  CHECK(thousands(999) == "999");
  CHECK(thousands(1204) == "1,204");
  CHECK(thousands(1'000'000) == "1,000,000");
  CHECK(integer_from_text("42") == 42);
  for (const char* text : {"", "4x", "-1", " 1", "18446744073709551616"}) {
    CHECK_FALSE(integer_from_text(text));
  }
}

TEST_CASE("server-sent events survive every cut") {
  const std::string stream =
      ": keepalive\n\nevent: ready\ndata: {}\n\nid: 1\r\nevent: trace\r\ndata: {\"a\":\r\ndata: "
      "1}\r\n\r\n"
      "data:x\r\revent: lost without data\n\nevent: never ended\ndata: y\n";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    SseParser parser;
    std::string seen;
    const auto note = [&](ServerSentEvent& event) {
      seen += event.name + "=" + event.data + "|";
      return true;
    };
    CHECK(parser.feed(stream.substr(0, cut), note));
    CHECK(parser.feed(stream.substr(cut), note));
    CAPTURE(cut);
    CHECK(seen == "ready={}|trace={\"a\":\n1}|message=x|");
  }
  SseParser parser;
  int calls = 0;
  CHECK_FALSE(parser.feed("data: 1\n\ndata: 2\n\n", [&](ServerSentEvent&) { return ++calls > 1; }));
  CHECK(calls == 1);
}

TEST_CASE("indented JSON keeps every value") {
  CHECK(
      indented_json(R"({"a":[1,{"b":"x, {\"y\":1}"}],"c":{},"d":[ ]})") ==
      "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x, {\\\"y\\\":1}\"\n    }\n  ],\n  \"c\": {},\n"
      "  \"d\": []\n}");
}

TEST_CASE("the timeline aligns its columns and indents what follows a line") {
  Timeline timeline(false);
  EventPayload event;
  event.node_id = "n";
  event.timestamp = "2025-10-13T12:34:56.789123Z";
  event.message = "one\ntwo\x1b";
  event.data = R"({"stream":"stdout"})";
  CHECK(timeline.lines(event) ==
        "-- 2025-10-13 (UTC) --\n"
        "12:34:56.789  PROGRESS   info   n         stdout  one\n"
        "                                                  two\\x1b\n");
  event.timestamp = "2025-10-13T12:34Z";
  event.type = Type::completed;
  event.message.reset();
  event.data.reset();
  event.output_summary = R"({"value":1})";
  CHECK(timeline.lines(event) ==
        "12:34:00.000  COMPLETED  info   n\n"
        "              outputSummary {\"value\":1}\n");

  event.type = Type::failed;
  event.level = Level::error;
  event.output_summary.reset();
  event.message = "exited with code 7";
  event.error = ErrorInfo{"exited with code 7", "at a\nat b\n", "PROCESS_EXIT"};
  CHECK(timeline.lines(event) ==
        "12:34:00.000  FAILED     error  n                 exited with code 7\n"
        "              error PROCESS_EXIT\n"
        "              stack at a\n"
        "                at b\n");
}

TEST_CASE("the timeline says where events were dropped, and how many") {
  EventPayload event;
  event.node_id = "n";
  event.timestamp = "2025-10-13T12:34:56.789123Z";
  event.level = Level::warn;
  event.message = "1204 events were dropped: budget";
  const auto text = [&](const char* data) {
    event.data = data;
    Timeline timeline(false);
    const std::string lines = timeline.lines(event);
    return lines.substr(lines.find("  n  ") + 20);
  };
  CHECK(text(R"({"dropped":{"reason":"budget","count":1204,"after":"a-1","before":"a-2"}})") ==
        "1,204 events dropped here (budget)\n");
  CHECK(text(R"({"dropped":{"reason":"budget\u001b","count":1}})") ==
        "1 event dropped here (budget\\x1b)\n");
  INFO("the same word in other people's data");
  for (const char* data : {R"({"dropped":7})", R"({"dropped":{"count":7}})", R"({"dropped":null})",
                           R"({"dropped":{"count":-7,"reason":"x"}})"}) {
    CHECK(text(data) == "1204 events were dropped: budget\n");
  }
}

}  // namespace trace::cli
