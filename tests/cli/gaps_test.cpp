// SPDX-License-Identifier: Apache-2.0
// verify and status report the gaps that the backend knows.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>

#include "backend_of_test.hpp"
#include "emitter/backend/backend.hpp"
#include "support/http.hpp"
#include "transport/scripted_server.hpp"

namespace trace::testing {
namespace {

const std::string emitter = "01ARZ3NDEKTSV4RRFFQ69G5FAV-0";

// The events of a worker that lost some.
void post(const BackendOfTest& backend, std::initializer_list<std::uint64_t> sequences) {
  StreamEnvelope envelope;
  envelope.run_id = "r";
  for (const std::uint64_t sequence : sequences) {
    EventPayload event;
    event.id = fmt::format("{}-{:012}", emitter, sequence);
    event.run_id = "r";
    event.node_id = "n";
    event.timestamp = "2025-10-13T12:00:00.000001Z";
    envelope.events.push_back(std::move(event));
  }
  const HttpAnswer answer =
      http_post(backend.collector.url() + "/trace/events", to_json(envelope) + "\n",
                {"Content-Type: application/x-ndjson"});
  REQUIRE_MESSAGE(answer.status == 200, answer.body);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("verify names each gap of an emitter, until it is closed") {
  const BackendOfTest backend;
  post(backend, {3, 4, 6});
  const Finished gaps = backend.shiptrace({"verify", "--run", "r"});
  CHECK(gaps.status.code == 1);
  CHECK(contains(gaps.errors, "emitter " + emitter + ": events 1-2 are missing\n"));
  CHECK(contains(gaps.errors, "emitter " + emitter + ": event 5 is missing\n"));

  const Finished status = backend.shiptrace({"status", "--run", "r"});
  CHECK(contains(status.output, "missing    3 events; 'shiptrace verify' names them\n"));

  post(backend, {1, 2, 5});
  const Finished closed = backend.shiptrace({"verify", "--run", "r"});
  CHECK(closed.status.code == 0);
  CHECK(contains(closed.output, "run r: the sequence numbers of no emitter have a gap\n"));
  CHECK_FALSE(contains(backend.shiptrace({"status", "--run", "r"}).output, "missing"));
}

TEST_CASE("verify lists some gaps of many and counts the others") {
  const BackendOfTest backend;
  for (std::uint64_t sequence = 2; sequence <= 2400; sequence += 2) post(backend, {sequence});
  const Finished gaps = backend.shiptrace({"verify", "--run", "r"});
  CHECK(gaps.status.code == 1);
  CHECK(contains(gaps.errors, ": event 39 is missing\n"));
  CHECK_FALSE(contains(gaps.errors, ": event 41 is missing\n"));
  CHECK(contains(gaps.errors, "and 1,180 more gaps; 1,200 events are missing in all\n"));
}

TEST_CASE("a backend without gaps is not a failure, one whose request fails is") {
  const std::string page = R"({"runId":"r","events":[],"cursor":"MA=="})";
  const auto verified = [&](const std::string& answer) {
    const ScriptedServer backend({answer_text(200, page), answer});
    const TempDir directory;
    return run(cli({"verify", "--run", "r", "--endpoint", backend.url(), "--journal-dir",
                    directory / "journal"}));
  };
  const Finished unknown = verified(answer_text(404, R"({"error":{"message":"nothing here"}})"));
  CHECK_MESSAGE(unknown.status.code == 0, unknown.errors);
  CHECK(contains(unknown.output,
                 "this backend does not report gaps (GET /workflows/runs/{id}/gaps)"));
  for (const std::string& answer :
       {answer_text(503, "{}"), answer_text(200, "<html>"), answer_text(200, "{\"missing\":0}")}) {
    const Finished failed = verified(answer);
    CHECK(failed.status.code == 1);
    CHECK_FALSE(failed.errors.empty());
  }
}

TEST_CASE("gaps are read only when all of their parts are there") {
  const std::string good =
      R"({"missing":4,"ranges":9,"emitters":[{"emitter":"e","missing":[{"from":2,"to":5}]}]})";
  const auto gaps = trace::cli::backend::parse_gaps(good);
  REQUIRE(gaps.ok());
  CHECK(gaps->problems() ==
        std::vector<std::string>{"emitter e: events 2-5 are missing",
                                 "and 8 more gaps; 4 events are missing in all"});
  for (const char* part : {"\"missing\":4", "\"ranges\":9", "\"from\":2", "\"emitter\":\"e\""}) {
    std::string bad = good;
    bad.replace(bad.find(part), std::string_view(part).size(), "\"x\":1");
    CAPTURE(bad);
    CHECK_FALSE(trace::cli::backend::parse_gaps(bad).ok());
  }
}

}  // namespace trace::testing
