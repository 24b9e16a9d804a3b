// SPDX-License-Identifier: Apache-2.0
#include "capture/line_events.hpp"

#include <algorithm>
#include <cstring>

namespace trace::detail::capture {

std::uint64_t LineEvents::take(Stream stream, lines::LineKind kind, std::string_view text,
                               time::Steady::time_point now, Searched searched) {
  coalescer_.set_searched(searched);
  Reading& reading = readings_[lines::index_of(stream)];
  if (kind == lines::LineKind::frame) {
    take_frame(stream, text, now);
    return 0;
  }
  if (kind != lines::LineKind::lines) {
    const bool is_last = kind == lines::LineKind::last_part;
    take_part(stream, reading, text.substr(0, text.size() - (is_last ? 1 : 0)), is_last, now);
    return is_last ? 1 : 0;
  }
  std::uint64_t ends = 0;
  while (!text.empty()) {
    const auto* end = static_cast<const char*>(std::memchr(text.data(), '\n', text.size()));
    const auto length = static_cast<std::size_t>(end - text.data());
    take_line(stream, reading, text.substr(0, length), now);
    text.remove_prefix(length + 1);
    ++ends;
  }
  coalescer_.keep();
  return ends;
}

void LineEvents::take_line(Stream stream, Reading& reading, std::string_view line,
                           time::Steady::time_point now) {
  const levels::Finding found = detector_.detect(line, stream);
  const levels::StackTrace::Place place = reading.trace.place(line);
  // Only the message of a JSON log entry differs from the line.
  if (!found.fields.empty() || found.message.data() != line.data()) [[unlikely]] {
    coalescer_.alone(
        {.stream = stream, .level = found.level, .message = found.message, .fields = found.fields},
        now);
    return;
  }
  const bool in_trace = place != levels::StackTrace::Place::outside;
  coalescer_.line(stream, in_trace ? std::max(found.level, Level::error) : found.level,
                  found.message, place, now);
}

void LineEvents::take_part(Stream stream, Reading& reading, std::string_view text, bool is_last,
                           time::Steady::time_point now) {
  CapturedEvent event{.stream = stream, .message = text, .fields = {}, .continued = !is_last};
  levels::Finding found{};
  if (reading.level_of_parts) {
    event.level = *reading.level_of_parts;
  } else {
    // Its first part may have a level: a prompt, or a log line whose end arrives late.
    found = detector_.detect(text, stream);
    event.level = found.level;
    event.message = found.message;
    event.fields = found.fields;
    reading.level_of_parts = found.level;
  }
  event.lines = is_last ? 1 : 0;
  if (is_last) reading.level_of_parts.reset();
  // Unless it is the message of a JSON log entry.
  if (event.fields.empty() && event.message.data() == text.data()) {
    event.searched = coalescer_.searched_version();
  }
  reading.trace.reset();
  coalescer_.alone(event, now);
}

void LineEvents::take_frame(Stream stream, std::string_view text, time::Steady::time_point now) {
  const Level level = detector_.detect(text.substr(0, text.find('\n')), stream).level;
  coalescer_.alone({.stream = stream,
                    .level = level,
                    .message = text,
                    .fields = {},
                    .lines = 0,
                    .progress = true},
                   now);
}

}  // namespace trace::detail::capture
