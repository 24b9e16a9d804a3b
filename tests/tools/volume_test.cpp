// SPDX-License-Identifier: Apache-2.0
// Much output, of a text and of no text at all.
#include <doctest/doctest.h>

#include <cstdlib>

#include "traced.hpp"

namespace trace::testing {
namespace {

// Shown and omitted lines, by the counts of the final event and of the omission.
struct Accounts {
  std::uint64_t shown = 0;
  std::uint64_t omitted = 0;
  std::size_t omissions = 0;
};

Accounts accounts_of(const std::vector<EventPayload>& events) {
  Accounts accounts;
  for (const EventPayload& event : events) {
    const std::string omitted = member(event.data, "omitted");
    if (event.type == Type::progress && !omitted.empty()) {
      ++accounts.omissions;
      accounts.omitted += std::stoull(member(omitted, "lines"));
    }
  }
  accounts.shown = stored_lines(events, "stdout").size();
  return accounts;
}

// The CLI with its stdout thrown away: what passes through is not collected by the test.
std::vector<EventPayload> unseen(const BackendOfTest& backend, Arguments argv, int code) {
  Command command = traced(backend, std::move(argv));
  command.argv.insert(command.argv.begin(), {"bash", "-c", "exec \"$0\" \"$@\" >/dev/null"});
  const Finished ended = run(std::move(command), std::chrono::minutes(15));
  CHECK_MESSAGE(ended.status.code == code, ended.errors);
  std::vector<EventPayload> events = all_events(backend);
  REQUIRE(events.size() >= 2);
  return events;
}

}  // namespace

TEST_CASE("of hundreds of megabytes the head and the tail are there, and the rest is counted") {
  const char* long_form = std::getenv("SHIPTRACE_TEST_LONG");
  const bool is_long = long_form != nullptr && std::string_view(long_form) == "1";
  const std::uint64_t bytes = (is_long ? std::uint64_t{2} << 30 : std::uint64_t{256} << 20);
  const BackendOfTest backend;
  const auto events = unseen(backend, {"sh", "-c", "yes | head -c " + std::to_string(bytes)}, 0);
  check_sound(events);
  const EventPayload& last = events.back();
  CHECK(last.type == Type::completed);
  CHECK(number(last, "bytes", "stdout") == bytes);
  CHECK(number(last, "lines", "stdout") == bytes / 2);
  const Accounts accounts = accounts_of(events);
  CHECK(accounts.omissions == 1);
  CHECK(accounts.omitted > 0);
  CHECK(accounts.shown + accounts.omitted == bytes / 2);
  std::size_t other = 0;
  for (const std::string& line : stored_lines(events, "stdout")) other += line == "y" ? 0 : 1;
  CHECK(other == 0);
}

TEST_CASE("bytes that are no text are stored as text that a reader can parse") {
  const BackendOfTest backend;
  const std::uint64_t bytes = 3 << 20;
  const auto events =
      unseen(backend, {"sh", "-c", "head -c " + std::to_string(bytes) + " /dev/urandom"}, 0);
  CHECK(number(events.back(), "bytes", "stdout") == bytes);
  CHECK(events.size() > 2);
  CHECK(events.front().type == Type::started);
  CHECK(events.back().type == Type::completed);
  // Well-formed UTF-8 is what all_events asks for. Control characters are text, but for NUL and
  // what begins a terminal's sequence.
  std::size_t wrong = 0;
  for (const EventPayload& event : events) {
    for (const char c : event.message.value_or("")) wrong += c == '\0' || c == '\x1B' ? 1 : 0;
  }
  CHECK(wrong == 0);
}

}  // namespace trace::testing
