// SPDX-License-Identifier: Apache-2.0
// Writes the events of a run to stdout: those that the filter accepts, in the format that was asked
// for, the last ones only if a number was. Main thread.
#pragma once

#include <trace/event.hpp>

#include <cstddef>
#include <deque>
#include <optional>

#include "emitter/backend/backend.hpp"
#include "emitter/commands/commands.hpp"
#include "emitter/output/timeline.hpp"
#include "emitter/tail/event_filter.hpp"

namespace trace::cli::tail {

class EventPrinter {
 public:
  EventPrinter(EventFilter filter, commands::Format format, output::Zone zone);

  // From now on events are kept until print_kept(); of more than `count` events the oldest are
  // forgotten.
  void keep_last(std::size_t count) { kept_most_ = count; }
  void print_kept();

  // Prints an event as the backend sent it, or reports on stderr that it breaks the contract.
  void take(simdjson::ondemand::object& event);

  // Flushes stdout; false when it is closed or cannot be written to.
  bool flush();

 private:
  void print(const EventPayload& event);

  EventFilter filter_;
  commands::Format format_;
  output::Timeline timeline_;
  std::optional<std::size_t> kept_most_;
  std::deque<EventPayload> kept_;
};

}  // namespace trace::cli::tail
