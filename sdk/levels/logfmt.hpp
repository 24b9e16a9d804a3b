// SPDX-License-Identifier: Apache-2.0
// The level of a logfmt line: time="…" level=warn msg="…", as logrus, Go's slog, Prometheus and
// Grafana write it. Pure functions, safe on any thread.
#pragma once

#include <optional>
#include <string_view>

#include <trace/event.hpp>

namespace trace::detail::levels {

// Reads pairs from the front, at most 512 bytes; anything else ends the reading, so a `level=`
// within a sentence, a URL or a quoted message does not count. A line of a single pair is a
// setting. `severity=` counts only with a message.
std::optional<Level> level_of_logfmt(std::string_view line) noexcept;

}  // namespace trace::detail::levels
