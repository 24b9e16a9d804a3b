// The level in the head of a log line: what a logger writes between the time and the message, in
// brackets, between dashes, bars or tabs, or as a word in capitals behind names and numbers. Log4j,
// logback, Python's logging, spdlog, tracing, zap, loguru, nginx, PostgreSQL and others. Pure
// functions, safe on any thread.
//
// Only so many parts of a head are looked at, and an ordinary word ends it: what stands behind that
// is somebody's text.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <trace/event.hpp>

namespace trace::detail::levels {

// `text`: what stands behind a line's time.
std::optional<Level> level_behind_time(std::string_view text) noexcept;

// `line` begins with a bracket: "[WRN] …", "[*] …", "[main] INFO …", "[2024-…] [name] [warning] …".
std::optional<Level> level_in_brackets(std::string_view line) noexcept;

// What stands behind the brackets, up to three, that a text begins with.
std::string_view behind_brackets(std::string_view text) noexcept;

// True when the bracket that a line begins with has a time in it.
bool begins_with_timed_bracket(std::string_view line) noexcept;

// "  - Checking for old accounts      [ WARNING ]": the state of a check at the end of its line.
std::optional<Level> level_of_state(std::string_view line) noexcept;

}  // namespace trace::detail::levels
