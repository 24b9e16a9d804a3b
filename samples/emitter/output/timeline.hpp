// SPDX-License-Identifier: Apache-2.0
// Formats events as lines for people: time, type, level, node, stream, message and fields; below
// them the facts and the outputSummary of an end, and the error of a FAILED event. A screen of less
// than 100 columns gets fewer columns, and no line is wider than the screen. Main thread.
#pragma once

#include <trace/event.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "emitter/output/screen.hpp"
#include "emitter/output/times.hpp"

namespace trace::cli::output {

class Timeline {
 public:
  Timeline(Screen screen, Zone zone) : screen_(screen), zone_(zone) {}

  // For the events that follow.
  void resize(Screen screen) { screen_ = screen; }

  // The event's lines, each with its newline; before the first one of a day, the date.
  std::string lines(const EventPayload& event);

 private:
  std::string head(const EventPayload& event, std::string_view stream, std::string_view time);
  std::string date_line(const EventPayload& event);
  void append(std::string& out, std::string_view colour, const std::string& head,
              std::string_view text, std::size_t most_lines = static_cast<std::size_t>(-1)) const;

  Screen screen_;
  Zone zone_;
  std::string date_;
  std::size_t node_width_ = 8;
};

}  // namespace trace::cli::output
