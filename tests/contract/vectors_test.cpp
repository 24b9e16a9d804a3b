// SPDX-License-Identifier: Apache-2.0
// We accept and refuse what the contract's reference validators accept and refuse.
#include <doctest/doctest.h>

#include <trace/event.hpp>
#include <trace/status.hpp>

#include "vectors.hpp"

namespace {

// The field that an invalid vector is about, by the name of its case. A refusal for any other
// reason would be luck.
struct Blame {
  const char* name;
  const char* field;
};

constexpr Blame event_blames[] = {
    {"no id", "id"},
    {"id is a number", "id"},
    {"no runId", "runId"},
    {"no nodeId", "nodeId"},
    {"type lower case", "type"},
    {"worker's own type name", "type"},
    {"no type", "type"},
    {"level WARN", "level"},
    {"level warning", "level"},
    {"level fatal", "level"},
    {"no level", "level"},
    {"offset", "timestamp"},
    {"no zone", "timestamp"},
    {"lower-case z", "timestamp"},
    {"second 60", "timestamp"},
    {"no such day", "timestamp"},
    {"epoch number", "timestamp"},
    {"space for T", "timestamp"},
    {"null message", "message"},
    {"message is a number", "message"},
    {"error is a string", "error"},
    {"error without message", "error.message"},
    {"error code is a number", "error.code"},
    {"null error", "error"},
    {"summary is an array", "outputSummary"},
    {"summary is a string", "outputSummary"},
    {"null summary", "outputSummary"},
    {"data is an array", "data"},
    {"null data", "data"},
};

constexpr Blame status_blames[] = {
    {"Temporal spelling", "status"},
    {"lower case", "status"},
    {"no status", "status"},
    {"no taskQueue", "taskQueue"},
    {"negative history", "historyLength"},
    {"fractional history", "historyLength"},
    {"zero total", "progress.totalActions"},
    {"negative completed", "progress.completedActions"},
    {"fractional progress", "progress.completedActions"},
    {"null completedAt", "completedAt"},
    {"startedAt with offset", "startedAt"},
    {"failure without reason", "failure.reason"},
    {"failure is a string", "failure"},
    {"null failure", "failure"},
};

template <std::size_t N>
std::string blamed_field(const Blame (&blames)[N], const std::string& name) {
  for (const Blame& blame : blames) {
    if (name == blame.name) return blame.field;
  }
  return "(a vector that this test does not know)";
}

void check_refusal(const trace::Error& error, const std::string& field) {
  REQUIRE(error.fields().size() == 1);
  CHECK(error.fields().front().field == field);
  CHECK_FALSE(error.fields().front().message.empty());
}

}  // namespace

TEST_CASE("valid events are accepted, and what we write of them is accepted again") {
  for (const auto& [name, value] : trace::test::read_vectors("event-valid.ndjson")) {
    CAPTURE(name);
    const auto event = trace::parse_event(value);
    if (!event) FAIL_CHECK(event.error().text());
    REQUIRE(event);
    const std::string written = trace::to_json(*event);
    const auto again = trace::parse_event(written);
    REQUIRE(again);
    CHECK(trace::to_json(*again) == written);
    CHECK(written.find('\n') == std::string::npos);
    CHECK(written.find(":null") == std::string::npos);
  }
}

TEST_CASE("invalid events are refused, and the refusal names the field") {
  for (const auto& [name, value] : trace::test::read_vectors("event-invalid.ndjson")) {
    CAPTURE(name);
    const auto event = trace::parse_event(value);
    REQUIRE_FALSE(event);
    check_refusal(event.error(), blamed_field(event_blames, name));
  }
}

TEST_CASE("valid events pass in an envelope, invalid ones are judged alone") {
  std::string events;
  std::size_t valid = 0, invalid = 0;
  for (const auto& [name, value] : trace::test::read_vectors("event-valid.ndjson")) {
    events += value + ',';
    ++valid;
  }
  for (const auto& [name, value] : trace::test::read_vectors("event-invalid.ndjson")) {
    events += value + ',';
    ++invalid;
  }
  events.pop_back();
  const std::string envelope = R"({"runId":"shipsec-run-7f3a","events":[)" + events + "]}";

  const auto judged = trace::judge_envelope(envelope);
  REQUIRE(judged);
  CHECK(judged->envelope.events.size() == valid);
  REQUIRE(judged->invalid.size() == invalid);
  CHECK(judged->invalid.front().index == valid);
  CHECK(judged->invalid.back().index == valid + invalid - 1);

  const auto parsed = trace::parse_envelope(envelope);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().fields().size() == invalid);
  CHECK(parsed.error().fields().front().field == "events[" + std::to_string(valid) + "].id");
}

TEST_CASE("valid statuses are accepted, and what we write of them is accepted again") {
  for (const auto& [name, value] : trace::test::read_vectors("status-valid.ndjson")) {
    CAPTURE(name);
    const auto status = trace::parse_run_status(value);
    if (!status) FAIL_CHECK(status.error().text());
    REQUIRE(status);
    const std::string written = trace::to_json(*status);
    const auto again = trace::parse_run_status(written);
    REQUIRE(again);
    CHECK(trace::to_json(*again) == written);
  }
}

TEST_CASE("invalid statuses are refused, and the refusal names the field") {
  for (const auto& [name, value] : trace::test::read_vectors("status-invalid.ndjson")) {
    CAPTURE(name);
    const auto status = trace::parse_run_status(value);
    REQUIRE_FALSE(status);
    check_refusal(status.error(), blamed_field(status_blames, name));
  }
}
