// SPDX-License-Identifier: Apache-2.0
#include "traced.hpp"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace trace::testing {

bool is_there(const std::string& program) {
  if (finds(program)) return true;
  std::printf("\nSKIPPED: tests with %s: it is not installed\n", program.c_str());
  std::fflush(stdout);
  const char* required = std::getenv("SHIPTRACE_REQUIRE_TOOLS");
  const bool must = required != nullptr && std::string_view(required) == "1";
  CHECK_FALSE_MESSAGE(must, program << " has to be here");
  return false;
}

Command traced(const BackendOfTest& backend, Arguments argv, Arguments options) {
  Command command = backend.command(wrapped(std::move(options), std::move(argv)));
  command.env = {{"LC_ALL", "C"}, {"TERM", "xterm"}, {mark, backend.journal()}};
  return command;
}

Traced::Traced(Arguments argv, Arguments options) {
  ended = run(traced(backend, std::move(argv), std::move(options)), std::chrono::minutes(3));
  events = all_events(backend);
  REQUIRE(events.size() >= 2);
  check_sound(events);
}

std::vector<EventPayload> all_events(const BackendOfTest& backend) {
  std::vector<EventPayload> all;
  std::string path = "/workflows/runs/r/trace?limit=5000";
  for (std::string cursor;;) {
    const HttpAnswer answer =
        backend.collector.get(path + (cursor.empty() ? "" : "&cursor=" + cursor));
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    REQUIRE(simdjson::validate_utf8(answer.body));
    auto page = parse_envelope(answer.body);
    REQUIRE_MESSAGE(page.ok(), answer.body.substr(0, 2000));
    if (page->events.empty()) return all;
    all.insert(all.end(), std::make_move_iterator(page->events.begin()),
               std::make_move_iterator(page->events.end()));
    REQUIRE(page->cursor);
    cursor = *page->cursor;
    for (std::size_t at; (at = cursor.find('=')) != std::string::npos;)
      cursor.replace(at, 1, "%3D");
  }
}

bool is_of(const EventPayload& event, std::string_view stream) {
  return member(event.data, "stream") == "\"" + std::string(stream) + "\"";
}

bool is_frame(const EventPayload& event) { return member(event.data, "progress") == "true"; }

std::uint64_t number(const EventPayload& event, const std::string& name, const std::string& inner) {
  std::string text = member(event.data, name);
  if (!inner.empty()) text = member(text.empty() ? std::nullopt : std::optional(text), inner);
  return text.empty() ? 0 : std::stoull(text);
}

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

Lines stored_lines(const std::vector<EventPayload>& events, std::string_view stream) {
  Lines lines;
  bool goes_on = false;
  for (const EventPayload& event : events) {
    if (!is_of(event, stream) || is_frame(event)) continue;
    const std::string text = event.message.value_or("");
    if (goes_on) {
      lines.back() += text;
    } else {
      for (std::size_t at = 0, end = 0; end != std::string::npos; at = end + 1) {
        end = text.find('\n', at);
        lines.push_back(text.substr(at, end - at));
      }
    }
    goes_on = member(event.data, "continued") == "true";
  }
  return lines;
}

std::size_t frames_of(const std::vector<EventPayload>& events) {
  return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), is_frame));
}

const EventPayload* event_with(const std::vector<EventPayload>& events, std::string_view line) {
  for (const EventPayload& event : events) {
    if (event.type != Type::progress || !event.message || is_frame(event)) continue;
    for (const std::string& one : lines_of(*event.message)) {
      if (one == line) return &event;
    }
  }
  return nullptr;
}

void check_sound(const std::vector<EventPayload>& events) {
  CHECK(events.front().type == Type::started);
  CHECK(member(events.front().data, "argv").starts_with("["));
  std::size_t ends = 0;
  std::size_t unclean = 0;
  for (const EventPayload& event : events) {
    ends += event.type == Type::completed || event.type == Type::failed ? 1 : 0;
    for (const char c : event.message.value_or("")) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte == 0x7F || (byte < 0x20 && c != '\n' && c != '\t' && c != '\v' && c != '\f')) {
        ++unclean;
      }
    }
  }
  CHECK(ends == 1);
  CHECK(unclean == 0);
  const Type last = events.back().type;
  CHECK((last == Type::completed || last == Type::failed));
}

void check_whole(const Traced& traced) {
  for (const auto& [stream, text] :
       {std::pair{"stdout", &traced.ended.output}, std::pair{"stderr", &traced.ended.errors}}) {
    const Lines printed = lines_of(*text);
    CHECK(stored_lines(traced.events, stream) == printed);
    CHECK(number(traced.last(), "bytes", stream) == text->size());
    CHECK(number(traced.last(), "lines", stream) == printed.size());
  }
}

}  // namespace trace::testing
