// SPDX-License-Identifier: Apache-2.0
// LineEvents: turns lines of a node into events: determines level, message and place in a stack
// trace, and passes them to the coalescer. Comes after the stage that omits lines, so that omitted
// lines cost nothing here. One thread.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "capture/coalescer.hpp"
#include "levels/level_detector.hpp"
#include "levels/stack_trace.hpp"
#include "lines/line_framer.hpp"

namespace trace::detail::capture {

class LineEvents {
 public:
  explicit LineEvents(EventSink& sink) : sink_(sink), coalescer_(sink) {}

  // See LineSink. Returns the number of line ends.
  std::uint64_t take(Stream stream, lines::LineKind kind, std::string_view text,
                     time::Steady::time_point now, Searched searched = {});

  EventSink& sink() noexcept { return sink_; }
  Coalescer& coalescer() noexcept { return coalescer_; }
  const Coalescer& coalescer() const noexcept { return coalescer_; }

 private:
  struct Reading {
    levels::StackTrace trace;
    std::optional<Level> level_of_parts;  // of the line that arrives in parts
  };

  void take_line(Stream stream, Reading& reading, std::string_view line,
                 time::Steady::time_point now);
  void take_part(Stream stream, Reading& reading, std::string_view text, bool is_last,
                 time::Steady::time_point now);
  void take_frame(Stream stream, std::string_view text, time::Steady::time_point now);

  EventSink& sink_;
  levels::LevelDetector detector_;
  Coalescer coalescer_;
  std::array<Reading, lines::max_streams> readings_;
};

}  // namespace trace::detail::capture
