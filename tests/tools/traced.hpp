// SPDX-License-Identifier: Apache-2.0
// Traced: a tool wrapped by the CLI, with what the CLI passed through and what the collector stored
// of it. Every test of this folder starts here. What the wrapping is, a process or a container, is
// decided by the executable (as_process.cpp, as_container.cpp). One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/backend_of_test.hpp"

namespace trace::testing {

using Lines = std::vector<std::string>;

// Decided by the executable: the command line of the CLI for a tool, where the tool finds a file of
// fixtures/, whether it has a program, and whether what it ran is gone.
Arguments wrapped(Arguments options, Arguments argv);
std::string fixture(std::string_view name);
bool finds(const std::string& program);
bool nothing_is_left(const BackendOfTest& backend);

// Returns false, and reports the skip, if a tool is missing. A machine that has to have it
// (SHIPTRACE_REQUIRE_TOOLS=1) fails the test.
bool is_there(const std::string& program);

// In the environment of the CLI and of what it starts: whose test it is, as the journal's path.
inline const char* const mark = "SHIPTRACE_TEST_OF";

// The CLI with a tool, not started yet.
Command traced(const BackendOfTest& backend, Arguments argv, Arguments options = {});

class Traced {
 public:
  explicit Traced(Arguments argv, Arguments options = {});

  BackendOfTest backend;
  Finished ended;
  std::vector<EventPayload> events;

  const EventPayload& first() const { return events.front(); }
  const EventPayload& last() const { return events.back(); }
  std::string code() const { return last().error ? last().error->code.value_or("") : ""; }
};

// All pages.
std::vector<EventPayload> all_events(const BackendOfTest& backend);

bool is_of(const EventPayload& event, std::string_view stream);
bool is_frame(const EventPayload& event);
// A number of data: "bytes", "stdout"; 0 when it is not there.
std::uint64_t number(const EventPayload& event, const std::string& name,
                     const std::string& inner = {});
// The lines of a stream from its events: parts joined, frames omitted.
Lines stored_lines(const std::vector<EventPayload>& events, std::string_view stream);
std::size_t frames_of(const std::vector<EventPayload>& events);
Lines lines_of(std::string_view text);
// The event that has this line, whole; null when none has.
const EventPayload* event_with(const std::vector<EventPayload>& events, std::string_view line);

// Invariants: STARTED first, one end last, every message UTF-8 without control characters
// but tab and the ends of lines.
void check_sound(const std::vector<EventPayload>& events);
// Every line that was passed through is stored, whole, in order, on its stream, and counted.
void check_whole(const Traced& traced);

}  // namespace trace::testing
