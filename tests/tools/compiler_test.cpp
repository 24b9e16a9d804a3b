// SPDX-License-Identifier: Apache-2.0
// Messages of compilers and interpreters about broken programs.
#include <doctest/doctest.h>

#include "traced.hpp"

namespace trace::testing {

TEST_CASE("gcc's errors and warnings have their levels") {
  if (!is_there("gcc")) return;
  const Traced traced({"gcc", "-Wall", "-c", "-o", "/dev/null", fixture("broken.c")});
  CHECK(traced.ended.status.code == 1);
  CHECK(traced.last().type == Type::failed);
  CHECK(traced.code() == "PROCESS_EXIT");
  check_whole(traced);
  std::size_t errors = 0;
  std::size_t warnings = 0;
  const Lines lines = lines_of(traced.ended.errors);
  for (const std::string& line : lines) {
    const bool is_error = line.find(": error: ") != std::string::npos;
    const bool is_warning = line.find(": warning: ") != std::string::npos;
    if (!is_error && !is_warning) continue;
    ++(is_error ? errors : warnings);
    const EventPayload* event = event_with(traced.events, line);
    REQUIRE_MESSAGE(event != nullptr, line);
    CHECK(event->level == (is_error ? Level::error : Level::warn));
  }
  CHECK(errors == 2);
  CHECK(warnings >= 1);
  // The last words are gcc's.
  CHECK(member(traced.last().data, "stderrTail").find(lines.back()) != std::string::npos);
}

TEST_CASE("a Python traceback is one event") {
  const std::string python = "/usr/bin/python3";
  if (!is_there(python)) return;
  const Traced traced({python, fixture("traceback.py")});
  CHECK(traced.ended.status.code == 1);
  CHECK(traced.code() == "PROCESS_EXIT");
  check_whole(traced);
  std::vector<EventPayload> observed;
  for (const EventPayload& event : traced.events) {
    if (is_of(event, "stderr")) observed.push_back(event);
  }
  REQUIRE(observed.size() == 1);
  CHECK(observed[0].level == Level::error);
  CHECK(*observed[0].message + "\n" == traced.ended.errors);
  CHECK(observed[0].message->find("During handling of the above exception") != std::string::npos);
  CHECK(number(observed[0], "lines") == lines_of(traced.ended.errors).size());
  REQUIRE(event_with(traced.events, "before") != nullptr);
  CHECK(event_with(traced.events, "before")->level == Level::info);
  CHECK(member(traced.last().data, "stderrTail").find("the report cannot be made") !=
        std::string::npos);
}

}  // namespace trace::testing
