// SPDX-License-Identifier: Apache-2.0
// What the data of an event says about its node, whatever else it contains.
#include <doctest/doctest.h>

#include "collector/run/status.hpp"
#include "envelopes.hpp"

using namespace trace;
using namespace trace::collector;
using namespace trace::testing;

namespace {

run::EventFacts facts(Type type, std::string data) {
  EventPayload event = event_of("r", "01ARZ3NDEKTSV4RRFFQ69G5FAV-0-000000000001", "n", type);
  event.data = std::move(data);
  return run::facts_of(event, "01ARZ3NDEKTSV4RRFFQ69G5FAV");
}

}  // namespace

TEST_CASE("no other member of data hides what it says of its node") {
  // Numbers that no double holds, a nested member of the same name, escapes in a name.
  for (const char* const other :
       {R"("n":1e99999999999)", R"("n":-123456789012345678901234567890)",
        R"("n":{"retryable":false,"skipped":false,"parent":7})", R"("n":[1e400,{"stream":0}])",
        R"("retryable":1e400,"skipped":[],"parent":{})"}) {
    CAPTURE(other);
    const std::string before = std::string("{") + other;
    CHECK(facts(Type::failed, before + R"(,"retryable":true})").retryable);
    CHECK(facts(Type::failed, before + R"(,"retr\u0079able":true})").retryable);
    CHECK(facts(Type::completed, before + R"(,"skipped":true})").is_skipped);
    CHECK(facts(Type::started, before + R"(,"parent":"build"})").parent == "build");
  }
}

TEST_CASE("a member of data with another type says nothing") {
  CHECK_FALSE(facts(Type::failed, R"({"retryable":"true"})").retryable);
  CHECK_FALSE(facts(Type::failed, R"({"retryable":1})").retryable);
  CHECK_FALSE(facts(Type::completed, R"({"skipped":null})").is_skipped);
  CHECK(facts(Type::started, R"({"parent":["build"]})").parent.empty());
  CHECK_FALSE(facts(Type::failed, R"({"retryable":true,"retryable":false})").retryable);
}

TEST_CASE("a captured line is no cancellation, whatever it contains") {
  EventPayload event = event_of("r", "01ARZ3NDEKTSV4RRFFQ69G5FAV-0-000000000001");
  event.type = Type::progress;
  event.level = Level::warn;
  event.message = "Run cancelled by user";
  CHECK(run::facts_of(event, "").cancels);
  event.data = R"({"n":1e99999999999})";
  CHECK(run::facts_of(event, "").cancels);
  event.data = R"({"n":1e99999999999,"stream":"stderr"})";
  CHECK_FALSE(run::facts_of(event, "").cancels);
}
