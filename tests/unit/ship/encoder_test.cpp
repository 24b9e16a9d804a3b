// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <trace/event.hpp>
#include <trace/record.hpp>

#include <limits>

#include "unit/session/recorded_session.hpp"

using namespace trace;
using namespace trace::testing;

namespace {

struct Point {
  int x, y;
};

}  // namespace

template <>
struct fmt::formatter<Point> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const Point& point, Context& context) const {
    return fmt::format_to(context.out(), "({}, {})", point.x, point.y);
  }
};

TEST_CASE("every kind of argument reaches the message and the data as written") {
  RecordedSession session;
  auto node = session.run().node("n");
  const char* nothing = nullptr;
  const std::string text = "tab\there";
  record(node, Type::progress, Level::warn, field("flag", true), field("count", -3),
         field("size", std::uint64_t{18446744073709551615U}), field("ratio", 0.5),
         field("host", "a\"b"), field("list", Json{"[1, 2]"}), field("point", Point{1, 2}),
         field("bad", Json{"{"}), "{} {:x} {:>5} {:.2f} {} {} {}", false, 255, 7U, 1.0 / 3, 'c',
         text, nothing);
  record(node, Type::progress, Level::debug, "{} and {}", Point{3, 4}, 5);
  record(node, Type::progress, Level::info, "");
  const auto events = session.events();
  REQUIRE(events.size() == 3);
  CHECK(events[0].level == Level::warn);
  CHECK(events[0].message == "false ff     7 0.33 c tab\there (null)");
  CHECK(events[0].data == R"json({"flag":true,"count":-3,"size":18446744073709551615,)json"
                          R"json("ratio":0.5,"host":"a\"b","list":[1,2],"point":"(1, 2)",)json"
                          R"json("bad":"{"})json");
  CHECK(events[1].message == "(3, 4) and 5");
  CHECK(!events[2].message);
  CHECK(!events[2].data);
}

TEST_CASE("whole events keep their parts") {
  RecordedSession session;
  auto node = session.run().node("n");
  record(node, {.type = Type::failed,
                .level = Level::error,
                .message = "m",
                .error_message = "boom",
                .error_code = "X",
                .error_stack = "at main",
                .output_summary = R"({"a":1})",
                .data = R"({"b":[true]})",
                .timestamp = "2025-10-13T12:00Z"});
  record(node, {.output_summary = "[1,2]", .data = "no json"});
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].type == Type::failed);
  CHECK(events[0].error->message == "boom");
  CHECK(events[0].error->code == "X");
  CHECK(events[0].error->stack == "at main");
  CHECK(events[0].error->type == "X");
  CHECK(events[0].output_summary == R"({"a":1})");
  CHECK(events[0].data == R"({"b":[true]})");
  CHECK(events[0].timestamp == "2025-10-13T12:00:00.000000Z");
  CHECK(events[1].output_summary == R"({"value":[1,2]})");
  CHECK(events[1].data == R"({"value":"no json"})");
}

TEST_CASE("long parts are cut at a character and named in data.truncated") {
  RecordedSession session;
  auto node = session.run().node("n");
  std::string euros;
  for (int i = 0; i < 8000; ++i) euros += "\xE2\x82\xAC";
  record(node, Type::progress, Level::info, field("a", 1), "{}", euros);
  record(node, {.message = euros, .error_message = "e", .error_stack = std::string(40'000, 's')});
  record(node, Type::progress, Level::info, field("text", std::string(70'000, 'x')), "m");
  record(node, {.message = "m", .data = "{\"x\":\"" + std::string(70'000, 'x') + "\"}"});
  record(node, {.message = std::string(16'000, '\x01'),
                .output_summary = "{\"x\":\"" + std::string(60'000, 'x') + "\"}"});
  const auto events = session.events();
  REQUIRE(events.size() == 5);
  CHECK(events[0].message->size() == 16 * 1024 / 3 * 3);
  CHECK(events[0].data == R"({"a":1,"truncated":["message"]})");
  CHECK(events[1].error->stack->size() == 32 * 1024);
  CHECK(events[1].data == R"({"truncated":["message","error.stack"]})");
  CHECK(events[2].data->find("\"truncated\":[\"data\"]") != std::string::npos);
  CHECK(events[3].data == R"({"truncated":["data"]})");
  CHECK(events[4].output_summary == "{}");
  CHECK(events[4].data == R"({"truncated":["outputSummary"]})");
  for (const auto& event : events) CHECK(to_json(event).size() <= 128 * 1024);
}

TEST_CASE("values that readers of the contract would refuse are moved to data.fields") {
  RecordedSession session;
  auto node = session.run().node("n");
  record(node, {.data = R"({"title":7,"approved":"yes","x":1})"});
  record(node, Type::progress, Level::info, field("title", "t"), field("approved", true),
         field("activatedPorts", Json{R"(["a"])"}), "m");
  for (int i = 0; i < 2; ++i) {  // the second time by whatever the first one has left
    record(node, Type::progress, Level::info, field("title", i), field("host", "h"), "m");
  }
  record(node, Type::progress, Level::info, field("_metadata", "x"), "m");
  record(node, {.type = Type::failed, .error_message = "e", .data = R"({"_payload":{"a":1}})"});
  session.session().add_secret("hunter2-hunter2");
  record(node, {.data = R"({"description":["hunter2-hunter2"]})"});
  const auto events = session.events();
  REQUIRE(events.size() == 7);
  CHECK(events[0].data == R"({"x":1,"fields":{"title":7,"approved":"yes"}})");
  CHECK(events[1].data == R"({"title":"t","approved":true,"activatedPorts":["a"]})");
  CHECK(events[2].data == R"({"host":"h","fields":{"title":0}})");
  CHECK(events[3].data == R"({"host":"h","fields":{"title":1}})");
  CHECK(events[4].data == R"({"fields":{"_metadata":"x"}})");
  CHECK(events[5].data == R"({"fields":{"_payload":{"a":1}}})");
  CHECK(events[6].data == R"({"fields":{"description":["[REDACTED]"]}})");
}

TEST_CASE("text that no store could take is repaired") {
  RecordedSession session;
  auto node = session.run().node("n");
  record(node, Type::progress, Level::info, "{}", std::string("a\0b\xFFz", 5));
  record(node, {.data = R"({"s":"\ud800\u0000"})"});
  const auto events = session.events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].message ==
        "a\xE2\x90\x80"
        "b\xEF\xBF\xBDz");
  CHECK(events[1].data == "{\"s\":\"\xEF\xBF\xBD\xE2\x90\x80\"}");
}

TEST_CASE("a field that is not a number is refused and named") {
  RecordedSession session;
  auto node = session.run().node("n");
  CHECK(record(node, Type::progress, Level::info,
               field("ratio", std::numeric_limits<double>::quiet_NaN()), "m") == Outcome::dropped);
  CHECK(record(node, {.timestamp = "yesterday"}) == Outcome::dropped);
  CHECK(record(node, {.timestamp = "0000-01-01T00:00:00Z"}) == Outcome::dropped);
  CHECK(session.stats().dropped_by[static_cast<std::size_t>(DropReason::bad_number)] == 1);
  CHECK(session.observed("bad_number").find("ratio") != std::string::npos);
  CHECK(session.events().empty());
}
