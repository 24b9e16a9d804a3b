// SPDX-License-Identifier: Apache-2.0
// What `shiptrace tail` makes of an event: columns, fields, facts, and lines that fit the screen.
#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "emitter/output/character.hpp"
#include "emitter/output/data_text.hpp"
#include "emitter/output/timeline.hpp"
#include "emitter/tail/event_filter.hpp"

namespace trace::cli {

using namespace output;

namespace {

EventPayload event_of(const char* message, const char* data = nullptr) {
  EventPayload event;
  event.node_id = "n";
  event.timestamp = "2025-10-13T12:34:56.789123Z";
  if (message != nullptr) event.message = message;
  if (data != nullptr) event.data = data;
  return event;
}

// The lines below the date.
std::string shown(const EventPayload& event, Screen screen = {}) {
  Timeline timeline(screen, Zone::utc);
  const std::string lines = timeline.lines(event);
  return lines.substr(lines.find('\n') + 1);
}

}  // namespace

TEST_CASE("the timeline aligns its columns and indents what follows a line") {
  Timeline timeline({}, Zone::utc);
  EventPayload event = event_of("one\ntwo\x1b", R"({"stream":"stdout"})");
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
        "                    at b\n");
}

TEST_CASE("the timeline says where events were dropped, and how many") {
  EventPayload event = event_of("1204 events were dropped: budget");
  event.level = Level::warn;
  const auto text = [&](const char* data) {
    event.data = data;
    const std::string lines = shown(event);
    return lines.substr(lines.find("  n  ") + 20);
  };
  CHECK(text(R"({"dropped":{"reason":"budget","count":1204,"after":"a-1","before":"a-2"}})") ==
        "1,204 events dropped here (budget)\n");
  CHECK(text(R"({"dropped":{"reason":"budget\u001b","count":1}})") ==
        "1 event dropped here (budget\\x1b)\n");
  INFO("the same word in other people's data");
  CHECK(text(R"({"dropped":7})") == "1204 events were dropped: budget  dropped=7\n");
  CHECK(text(R"({"dropped":{"count":-7,"reason":"x"}})") ==
        "1204 events were dropped: budget  dropped={\"count\":-7,\"reason\":\"x\"}\n");
}

TEST_CASE("fields are shown after the message, as name=value") {
  const auto fields = [](const char* data) { return data_text(event_of("m", data)).fields; };
  CHECK(shown(event_of("connected", R"({"port":443,"host":"a.example"})")) ==
        "12:34:56.789  PROGRESS   info   n                 connected  port=443 host=a.example\n");
  CHECK(fields(R"({"a":"two words","b":"","c":true,"d":1.50,"e":[1,2],"f":{"g":null}})") ==
        R"(a="two words" b="" c=true d=1.5 e=[1,2] f={"g":null})");
  CHECK(fields(R"({"a":"x\u001by","b\u001b":"y=z"})") == R"(a=x\x1by b\x1b="y=z")");
  CHECK(fields("[1]").empty());
  INFO("of captured output only the fields of a JSON log, without its level and time");
  CHECK(fields(R"({"stream":"stdout","origin":"process","lines":3,"continued":true,
                   "fields":{"level":40,"time":1700000000000,"ms":930}})") == "ms=930");
  INFO("the same names in events of other programs");
  CHECK(fields(R"({"lines":3,"fields":{"level":40}})") == R"(lines=3 fields={"level":40})");
}

TEST_CASE("the end of a child is told in words") {
  const char* data =
      R"({"exitCode":0,"durationMs":1290,"cpuUserMs":300,"cpuSystemMs":40,"maxRssBytes":35651584,)"
      R"("lines":{"stdout":118,"stderr":2},"bytes":{"stdout":4000,"stderr":198},)"
      R"("perSecond":{"lines":1,"bytes":2},"stderrTail":["x"],"hint":"network=bridge"})";
  EventPayload event = event_of(nullptr, data);
  event.type = Type::completed;
  CHECK(shown(event) ==
        "12:34:56.789  COMPLETED  info   n                 took 1.2s, 340ms CPU, 34.0 MiB memory, "
        "120 lines of output (4.1 KiB)  hint=\"network=bridge\"\n");
  event = event_of("exited with code 7", R"({"exitCode":7,"durationMs":5,"retryable":true,)"
                                         R"("attempt":2,"lines":{"stdout":1},"bytes":{"stdout":9},)"
                                         R"("_metadata":{"attempt":2},"_payload":{"exitCode":7}})");
  event.type = Type::failed;
  CHECK(shown(event) ==
        "12:34:56.789  FAILED     info   n                 exited with code 7\n"
        "              took 5ms, 1 line of output (9 B), attempt 2, can be retried\n");
  CHECK(bytes_text(1023) == "1023 B");
  CHECK(bytes_text(1024) == "1.0 KiB");
  CHECK(bytes_text(1024 * 1024 - 1) == "1.0 MiB");
  CHECK(bytes_text(std::uint64_t{5} << 40) == "5.0 TiB");
}

TEST_CASE("the start of a child leaves out what its message says") {
  EventPayload event = event_of(
      "docker run scanner:3",
      R"({"image":"scanner:3","argv":["-u","x"],"network":"none","memory":"512m","container":"c-1",)"
      R"("traceparent":"00-1-2-01"})");
  event.type = Type::started;
  CHECK(data_text(event).fields == "network=none memory=512m");
  event.data = R"({"image":"a.png"})";  // a program's own
  CHECK(data_text(event).fields == "image=a.png");
}

TEST_CASE("no line is wider than the screen, whatever it shows") {
  EventPayload event = event_of(
      "a message with words\tand a tab that is longer than most terminals are wide, "
      "https://example.com/a/long/path/without/any/space/in/it/at/all/that/could/be/used 漢字漢字",
      R"({"stream":"stderr","host":"a.example"})");
  event.node_id = "a-node-with-a-name-that-is-longer-than-the-column-of-nodes";
  event.output_summary = "{\"value\":\"" + std::string(5000, 'z') + "\"}";
  event.error =
      ErrorInfo{"another text that is long enough to need more than one line of text, too",
                "at " + std::string(300, 'f') + "\nat b", "CODE"};
  for (const std::size_t columns : {40U, 80U, 99U, 100U, 140U}) {
    std::istringstream lines(shown(event, {.columns = columns}));
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(columns);
      CAPTURE(line);
      CHECK(columns_of(line) <= std::max<std::size_t>(columns, 62));
    }
  }
  CHECK(shown(event, {.columns = 140}).find("more lines\n") != std::string::npos);
  INFO("where nothing is folded, everything is there");
  CHECK(shown(event).find(std::string(5000, 'z')) != std::string::npos);
  CHECK(shown(event).find(event.node_id) != std::string::npos);
}

TEST_CASE("a narrow screen has fewer columns") {
  EventPayload event = event_of("main.c:1:25: error: ‘x’ undeclared (first use in this function)",
                                R"({"stream":"stderr"})");
  event.node_id = "build";
  event.level = Level::error;
  CHECK(shown(event, {.columns = 80}) ==
        "12:34:56  error      build     main.c:1:25: error: ‘x’ undeclared (first use in\n"
        "                               this function)\n");
  event.level = Level::info;
  CHECK(shown(event, {.columns = 80}).starts_with("12:34:56             build     main.c"));
  event.type = Type::started;
  CHECK(shown(event, {.columns = 80}).starts_with("12:34:56  STARTED    build     main.c"));
}

TEST_CASE("colours are those of the level, and end with the line") {
  EventPayload event = event_of("slow", R"({"ms":930})");
  event.level = Level::warn;
  CHECK(shown(event, {.columns = 140, .colours = true}) ==
        "\x1b[33m12:34:56.789  PROGRESS   warn   n                 slow  "
        "\x1b[0m\x1b[2mms=930\x1b[0m\n");
}

TEST_CASE("the filter accepts what each of its rules accepts") {
  using tail::EventFilter;
  using tail::Pattern;
  EventPayload event = event_of("found 3 hosts", R"({"stream":"stdout"})");
  CHECK(EventFilter{}.accepts(event));
  CHECK(EventFilter{.nodes = {"m", "n"}}.accepts(event));
  CHECK_FALSE(EventFilter{.nodes = {"m"}}.accepts(event));
  CHECK(EventFilter{.stream = "stdout"}.accepts(event));
  CHECK_FALSE(EventFilter{.stream = "stderr"}.accepts(event));
  CHECK(EventFilter{.level = Level::info}.accepts(event));
  CHECK_FALSE(EventFilter{.level = Level::warn}.accepts(event));
  CHECK(EventFilter{.since = time_from_text("2025-10-13T12:34:56.789123Z")}.accepts(event));
  CHECK_FALSE(EventFilter{.since = time_from_text("2025-10-13T12:34:56.789124Z")}.accepts(event));
  const auto matches = [&](const char* pattern) {
    auto compiled = Pattern::compile(pattern);
    REQUIRE(compiled.ok());
    return EventFilter{.pattern = std::move(*compiled)}.accepts(event);
  };
  CHECK(matches("[0-9]+ hosts?$"));
  CHECK(matches("found|lost"));
  CHECK_FALSE(matches("Found"));
  event.error = ErrorInfo{"lost them", {}, {}};
  CHECK(matches("^lost"));
  CHECK_FALSE(EventFilter{.nodes = {"n"}, .stream = "stderr"}.accepts(event));
  CHECK(Pattern::compile("(").error().text().find("\"(\" is not") != std::string::npos);
  INFO("a long message is no problem for the matcher");
  event.message = std::string(100'000, 'a') + "b";
  CHECK(matches("(a|x)*b$"));
}

}  // namespace trace::cli
