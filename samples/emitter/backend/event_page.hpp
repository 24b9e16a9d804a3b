// SPDX-License-Identifier: Apache-2.0
// Pages of a run's trace (contract: Envelope Fields), read as a stream of JSON objects so that a
// million events take seconds. Main thread.
#pragma once

#include <trace/result.hpp>

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "emitter/backend/backend.hpp"

namespace trace::cli::backend {

using OnEvent = std::function<void(simdjson::ondemand::object& event)>;

// One envelope: {"runId", "events", "cursor"}.
class EventPage {
 public:
  // Calls back for each event. The Error says why the text is not an envelope.
  Result<std::size_t> read(std::string& json, const OnEvent& on_event);
  const std::optional<std::string>& cursor() const noexcept { return cursor_; }

 private:
  simdjson::ondemand::parser parser_;
  std::optional<std::string> cursor_;
};

// Reads every event of the run after `cursor` (empty: from the first), page by page; stops early
// when `go_on` returns false after a page. Returns the number of events.
Result<std::uint64_t> read_trace(Backend& backend, std::string_view run, std::string cursor,
                                 std::size_t limit, const OnEvent& on_event,
                                 const std::function<bool()>& go_on);

}  // namespace trace::cli::backend
