// SPDX-License-Identifier: Apache-2.0
// The parts of the CLI that turn text into other text; timeline_test.cpp has the timeline.
#include <doctest/doctest.h>

#include "emitter/backend/sse_parser.hpp"
#include "emitter/input/integer.hpp"
#include "emitter/output/text.hpp"

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

TEST_CASE("a JSON string has what the text has") {
  CHECK(json_string("a \"b\" \\ \n\x1b \x7f grün") == R"("a \"b\" \\ \u000a\u001b \u007f grün")");
  CHECK(json_string("\xff") == "\"\xEF\xBF\xBD\"");
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

}  // namespace trace::cli
