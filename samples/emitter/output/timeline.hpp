// SPDX-License-Identifier: Apache-2.0
// Formats events as lines for people: time, type, level, node, stream, message; below them the
// outputSummary of a COMPLETED event and the error of a FAILED one. Main thread.
#pragma once

#include <trace/event.hpp>

#include <string>

namespace trace::cli::output {

class Timeline {
 public:
  explicit Timeline(bool colours) : colours_(colours) {}

  // The event's lines, each with its newline; before the first one of a day, the date.
  std::string lines(const EventPayload& event);

 private:
  bool colours_;
  std::string date_;
  std::size_t node_width_ = 8;
};

}  // namespace trace::cli::output
