// SPDX-License-Identifier: Apache-2.0
// Durations as people write them: 300ms, 1.5s, 2m, 1h. Settings and the options of the tools are
// read by the same function, so that a text means the same in both. Pure functions, any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <trace/export.hpp>
#include <trace/result.hpp>

namespace trace {

// A decimal number with a unit, ms, s, m or h: "300ms", "1.5s", ".5h". The smallest step is a
// millisecond; less than that is cut off. At most ten years. The Error quotes the text and says
// what to write instead.
SHIPTRACE_API Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// The duration in its largest whole unit: "1500ms", "5s", "2m".
SHIPTRACE_API std::string duration_text(std::chrono::milliseconds duration);

}  // namespace trace
