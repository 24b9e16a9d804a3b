// SPDX-License-Identifier: Apache-2.0
// Reading and writing of payloads, beyond the vectors: what is kept, what is repaired, and every
// wrong field at once.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include <trace/event.hpp>
#include <trace/status.hpp>

namespace {

const std::string good_event =
    R"({"id":"1","runId":"r","nodeId":"n","type":"PROGRESS","level":"info","timestamp":"2025-10-13T12:00:00Z"})";

std::string event_with(const std::string& members) {
  return good_event.substr(0, good_event.size() - 1) + "," + members + "}";
}

std::string envelope_of(const std::string& events, const std::string& members = "") {
  return R"({"runId":"r",)" + members + R"("events":[)" + events + "]}";
}

std::vector<std::string> fields_of(const trace::Error& error) {
  std::vector<std::string> fields;
  for (const auto& wrong : error.fields()) fields.push_back(wrong.field);
  return fields;
}

using Fields = std::vector<std::string>;

}  // namespace

TEST_CASE("an event is written in the contract's order and without what is absent") {
  trace::EventPayload event;
  event.id = "S-0-000000000001";
  event.run_id = "r";
  event.node_id = "n";
  event.type = trace::Type::failed;
  event.level = trace::Level::error;
  event.timestamp = "2025-10-13T12:00:00.000001Z";
  CHECK(trace::to_json(event) ==
        R"({"id":"S-0-000000000001","runId":"r","nodeId":"n","type":"FAILED","level":"error",)"
        R"("timestamp":"2025-10-13T12:00:00.000001Z"})");

  event.message = "m";
  event.error = trace::ErrorInfo{"e", std::nullopt, "TIMEOUT"};
  event.output_summary = R"({"a":1})";
  event.data = "{}";
  CHECK(trace::to_json(event) ==
        R"({"id":"S-0-000000000001","runId":"r","nodeId":"n","type":"FAILED","level":"error",)"
        R"("timestamp":"2025-10-13T12:00:00.000001Z","message":"m",)"
        R"("error":{"message":"e","code":"TIMEOUT"},"outputSummary":{"a":1},"data":{}})");
}

TEST_CASE("the type of an error is kept if it is a text, and a number keeps its digits") {
  const auto event = trace::parse_event(event_with(
      R"("error":{"message":"e","type":"DNS"},"data":{"v":0.12345678901234567890123,"w":1e2})"));
  REQUIRE(event);
  CHECK(event->error->type == "DNS");
  CHECK(trace::to_json(*event).find(R"("error":{"message":"e","type":"DNS"})") !=
        std::string::npos);
  CHECK(event->data->starts_with(R"({"v":0.12345678901234567890123,)"));
  const auto other = trace::parse_event(event_with(R"("error":{"message":"e","type":7})"));
  REQUIRE(other);
  CHECK_FALSE(other->error->type);
}

TEST_CASE("data is validated before it is recorded") {
  const auto data = trace::parse_data(R"( { "v" : [1e400, "\ud800"] } )");
  REQUIRE(data);
  CHECK(*data == "{\"v\":[1e400,\"\xEF\xBF\xBD\"]}");
  CHECK(trace::parse_data("[1]").error().text() == "data: must be an object");
  CHECK(trace::parse_data("{").error().text().starts_with("data: is not valid JSON"));
  CHECK(trace::parse_data("").error().text() == "data: is empty where JSON was expected");
}

TEST_CASE("all members of an event are read") {
  const auto event = trace::parse_event(
      event_with(R"("message":"m","error":{"message":"e","stack":"s","code":"c","more":1},)"
                 R"("outputSummary":{"b":[1,2]},"data":{"stream":"stderr"},"unknown":{"x":null})"));
  REQUIRE(event);
  CHECK(event->id == "1");
  CHECK(event->run_id == "r");
  CHECK(event->node_id == "n");
  CHECK(event->type == trace::Type::progress);
  CHECK(event->level == trace::Level::info);
  CHECK(event->timestamp == "2025-10-13T12:00:00Z");
  CHECK(event->message == "m");
  REQUIRE(event->error);
  CHECK(event->error->message == "e");
  CHECK(event->error->stack == "s");
  CHECK(event->error->code == "c");
  CHECK(event->output_summary == R"({"b":[1,2]})");
  CHECK(event->data == R"({"stream":"stderr"})");
  CHECK(trace::to_json(*event).find("unknown") == std::string::npos);
}

TEST_CASE("every wrong field is named at once") {
  const auto event = trace::parse_event(
      R"({"id":7,"runId":"","nodeId":"n","type":"DONE","timestamp":"now","message":null,)"
      R"("error":{"stack":1,"code":null},"data":[]})");
  REQUIRE_FALSE(event);
  CHECK(fields_of(event.error()) == Fields{"id", "runId", "type", "level", "timestamp", "message",
                                           "error.message", "error.stack", "error.code", "data"});
  CHECK(event.error().text().find(R"(not "DONE")") != std::string::npos);
}

TEST_CASE("empty texts: readers accept them but for runId and nodeId") {
  const auto with = [](const char* id, const char* run, const char* node) {
    return trace::parse_event(R"({"id":")" + std::string(id) + R"(","runId":")" + run +
                              R"(","nodeId":")" + node +
                              R"(","type":"STARTED","level":"debug",)"
                              R"("timestamp":"2025-10-13T12:00Z","message":""})");
  };
  CHECK(with("", "r", "n"));
  CHECK_FALSE(with("1", "", "n"));
  CHECK_FALSE(with("1", "r", ""));
}

TEST_CASE("of a member that occurs twice the last one counts") {
  const auto event = trace::parse_event(event_with(R"("level":"WARN","level":"warn")"));
  REQUIRE(event);
  CHECK(event->level == trace::Level::warn);
}

TEST_CASE("names of members may be escaped") {
  const auto event = trace::parse_event(event_with(R"("m\u0065ssage":"hello")"));
  REQUIRE(event);
  CHECK(event->message == "hello");
}

TEST_CASE("text is repaired in every member and at every depth") {
  const auto event = trace::parse_event(event_with(
      "\"message\":\"a\\u0000b\xFF\",\"data\":{\"k\\ud800\":[\"\\udc00\",{\"x\":\"\xC3\"}]}"));
  REQUIRE(event);
  CHECK(event->message == "a\u2400b\uFFFD");
  CHECK(event->data == "{\"k\uFFFD\":[\"\uFFFD\",{\"x\":\"\uFFFD\"}]}");
}

TEST_CASE("surrogate pairs are no lone surrogates") {
  const auto event = trace::parse_event(event_with(R"("message":"\ud83d\ude80 \u0000")"));
  REQUIRE(event);
  CHECK(event->message == "\U0001F680 \u2400");
}

TEST_CASE("numbers in data keep their value, whatever their size") {
  const std::string data =
      R"({"i":-1,"u":18446744073709551615,"big":123456789012345678901234567890,)"
      R"("d":0.1,"point":1.0,"huge":1e999,"tiny":-1e-999})";
  const auto event = trace::parse_event(event_with("\"data\": " + data));
  REQUIRE(event);
  CHECK(event->data == data);
}

TEST_CASE("a number that is too long for simdjson is still no text") {
  const auto event = trace::parse_event(event_with(R"("message":123456789012345678901234567890)"));
  REQUIRE_FALSE(event);
  CHECK(fields_of(event.error()) == Fields{"message"});
}

TEST_CASE("nesting is bounded and never a crash") {
  const auto nested = [](std::size_t levels) {
    return event_with("\"data\":{\"d\":" + std::string(levels, '[') + std::string(levels, ']') +
                      "}");
  };
  CHECK(trace::parse_event(nested(190)));
  CHECK_FALSE(trace::parse_event(nested(1000)));
  CHECK_FALSE(trace::parse_event(nested(1'000'000)));
}

TEST_CASE("text that is not JSON or not an object is refused") {
  for (const char* text : {"", " ", "{", "[]", "7", "null", "\"x\"", "{}{}", "{\"id\":\"1\",}",
                           "{'id':1}", "NaN", "\xFF", "{\"id\":\"a\nb\"}"}) {
    CAPTURE(text);
    const auto event = trace::parse_event(text);
    REQUIRE_FALSE(event);
    CHECK_FALSE(event.error().text().empty());
    CHECK_FALSE(trace::parse_envelope(text));
    CHECK_FALSE(trace::judge_envelope(text));
    CHECK_FALSE(trace::parse_run_status(text));
  }
  CHECK_FALSE(trace::parse_event(std::string("{}\0", 3)));
}

TEST_CASE("an envelope carries what an emitter knows of the run") {
  const auto envelope = trace::parse_envelope(envelope_of(
      good_event, R"("cursor":"Mg==","workflowId":"w","organizationId":"o","totalActions":3,)"));
  REQUIRE(envelope);
  CHECK(envelope->run_id == "r");
  CHECK(envelope->cursor == "Mg==");
  CHECK(envelope->workflow_id == "w");
  CHECK(envelope->organization_id == "o");
  CHECK(envelope->total_actions == 3);
  REQUIRE(envelope->events.size() == 1);
  CHECK(trace::to_json(*envelope) ==
        R"({"runId":"r","workflowId":"w","organizationId":"o","totalActions":3,"events":[)" +
            good_event + R"(],"cursor":"Mg=="})");
}

TEST_CASE("an envelope may be empty") {
  const auto envelope = trace::parse_envelope(envelope_of(""));
  REQUIRE(envelope);
  CHECK(envelope->events.empty());
  CHECK(trace::to_json(*envelope) == R"({"runId":"r","events":[]})");
}

TEST_CASE("an envelope's own fields are judged all at once, its events with them") {
  const auto envelope = trace::parse_envelope(
      R"({"runId":"","cursor":null,"workflowId":1,"organizationId":null,"totalActions":0,)"
      R"("events":[{},7]})");
  REQUIRE_FALSE(envelope);
  const Fields fields = fields_of(envelope.error());
  for (const char* field : {"runId", "cursor", "workflowId", "organizationId", "totalActions",
                            "events[0].id", "events[0].timestamp", "events[1]"}) {
    CAPTURE(field);
    CHECK(std::count(fields.begin(), fields.end(), field) == 1);
  }
}

TEST_CASE("totalActions is a positive integer of 32 bits") {
  const auto with = [](const char* total) {
    return trace::parse_envelope(envelope_of("", std::string("\"totalActions\":") + total + ","));
  };
  CHECK(with("1"));
  CHECK(with("2.0"));
  CHECK(with("4294967295"));
  for (const char* wrong : {"0", "-1", "1.5", "4294967296", "1e999", "99999999999999999999999",
                            "\"1\"", "null", "true"}) {
    CAPTURE(wrong);
    CHECK_FALSE(with(wrong));
  }
}

TEST_CASE("events is a required array") {
  CHECK_FALSE(trace::parse_envelope(R"({"runId":"r"})"));
  CHECK_FALSE(trace::parse_envelope(R"({"runId":"r","events":{}})"));
  CHECK_FALSE(trace::judge_envelope(R"({"runId":"r","events":null})"));
}

TEST_CASE("a bad event does not take its neighbours along") {
  const auto judged = trace::judge_envelope(
      envelope_of(good_event + R"(,{"id":"bad","runId":"r"},17,)" + good_event));
  REQUIRE(judged);
  CHECK(judged->envelope.events.size() == 2);
  REQUIRE(judged->invalid.size() == 2);
  CHECK(judged->invalid[0].index == 1);
  CHECK(judged->invalid[0].id == "bad");
  CHECK(fields_of(judged->invalid[0].error) == Fields{"nodeId", "type", "level", "timestamp"});
  CHECK(judged->invalid[1].index == 2);
  CHECK(judged->invalid[1].id.empty());
  CHECK(fields_of(judged->invalid[1].error) == Fields{"event"});
}

TEST_CASE("ingestion wants more of ids than readers do") {
  const auto judge = [](const std::string& id, const std::string& run, const std::string& node) {
    return trace::judge_envelope(
        R"({"runId":")" + run + R"(","events":[{"id":")" + id + R"(","runId":")" + run +
        R"(","nodeId":")" + node +
        R"(","type":"PROGRESS","level":"info","timestamp":"2025-10-13T12:00:00Z"}]})");
  };
  const auto is_kept = [&](const std::string& id, const std::string& run, const std::string& node) {
    const auto judged = judge(id, run, node);
    return judged && judged->invalid.empty() && judged->envelope.events.size() == 1;
  };
  CHECK(is_kept("1", "r", "n"));
  CHECK(is_kept("1", std::string(128, 'r'), std::string(256, 'n')));
  CHECK_FALSE(is_kept("", "r", "n"));
  CHECK_FALSE(judge("1", std::string(129, 'r'), "n"));
  CHECK_FALSE(judge("1", "a\\u0007", "n"));
  CHECK_FALSE(is_kept("1", "r", std::string(257, 'n')));
  CHECK_FALSE(is_kept("1", "r", "a\\tb"));
  CHECK_FALSE(is_kept("1", "r", "a\x7F"));
}

TEST_CASE("an event of another run is not taken in") {
  const auto judged = trace::judge_envelope(R"({"runId":"other","events":[)" + good_event + "]}");
  REQUIRE(judged);
  CHECK(judged->envelope.events.empty());
  REQUIRE(judged->invalid.size() == 1);
  CHECK(fields_of(judged->invalid[0].error) == Fields{"runId"});
  CHECK(trace::parse_envelope(R"({"runId":"other","events":[)" + good_event + "]}"));
}

TEST_CASE("errors do not outgrow what was sent without bound") {
  std::string events;
  for (int i = 0; i < 20'000; ++i) events += "1,";
  events.pop_back();
  const auto judged = trace::judge_envelope(envelope_of(events));
  REQUIRE_FALSE(judged);
  CHECK(judged.error().text().size() < 1000);
  const auto parsed = trace::parse_envelope(envelope_of(events));
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().fields().size() < 200);
}

TEST_CASE("a status is written and read whole") {
  trace::RunStatusPayload status;
  status.run_id = "r";
  status.workflow_id = "";
  status.status = trace::RunStatus::timed_out;
  status.started_at = "2025-10-13T12:00:00.000Z";
  status.updated_at = "2025-10-13T12:00:01.000Z";
  status.completed_at = "2025-10-13T12:00:01.000Z";
  status.task_queue = "";
  status.progress = trace::RunProgress{1, 2};
  status.failure = trace::RunFailure{"late \"again\"", "TIMEOUT", R"({"n":1})"};
  const std::string json = trace::to_json(status);
  CHECK(
      json ==
      R"({"runId":"r","workflowId":"","status":"TIMED_OUT","startedAt":"2025-10-13T12:00:00.000Z",)"
      R"("updatedAt":"2025-10-13T12:00:01.000Z","completedAt":"2025-10-13T12:00:01.000Z",)"
      R"("taskQueue":"","historyLength":0,"progress":{"completedActions":1,"totalActions":2},)"
      R"("failure":{"reason":"late \"again\"","temporalCode":"TIMEOUT","details":{"n":1}}})");
  const auto again = trace::parse_run_status(json);
  REQUIRE(again);
  CHECK(trace::to_json(*again) == json);
}
