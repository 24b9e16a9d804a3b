// SPDX-License-Identifier: Apache-2.0
// The level in the head of a log line: the text that a logger writes between the time and the
// message, in brackets, between dashes, bars or tabs, or as a word in capitals after names and
// numbers. Log4j, logback, Python's logging, spdlog, tracing, zap, loguru, nginx, PostgreSQL and
// others. Pure functions, safe on any thread.
//
// A bounded number of parts is examined, and an ordinary word ends the head: the rest is prose.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <trace/event.hpp>

namespace trace::detail::levels {

// `text`: after a line's time.
std::optional<Level> level_behind_time(std::string_view text) noexcept;

// `line` begins with a bracket: "[WRN] …", "[*] …", "[main] INFO …", "[2024-…] [name] [warning] …".
std::optional<Level> level_in_brackets(std::string_view line) noexcept;

// The text after the leading brackets, at most three.
std::string_view behind_brackets(std::string_view text) noexcept;

// True if the line's leading bracket contains a time.
bool begins_with_timed_bracket(std::string_view line) noexcept;

// "  - Checking for old accounts      [ WARNING ]": the state of a check at the end of its line.
std::optional<Level> level_of_state(std::string_view line) noexcept;

}  // namespace trace::detail::levels
