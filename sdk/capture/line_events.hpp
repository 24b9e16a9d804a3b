// LineEvents: lines of a node become events: each gets its level, its message and its place in a
// stack trace, and goes to the coalescer. Stands behind what decides which lines are shown, so that
// lines that are left out cost nothing here. One thread.
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

  // As a LineSink takes it.
  void take(Stream stream, lines::LineKind kind, std::string_view text,
            time::Steady::time_point now);

  EventSink& sink() noexcept { return sink_; }
  Coalescer& coalescer() noexcept { return coalescer_; }
  const Coalescer& coalescer() const noexcept { return coalescer_; }

 private:
  struct Reading {
    levels::StackTrace trace;
    std::optional<Level> level_of_parts;  // of the line that is coming in parts
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
