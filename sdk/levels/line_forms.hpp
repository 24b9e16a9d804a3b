// SPDX-License-Identifier: Apache-2.0
// The forms of lines in which tools write levels; LevelDetector asks for one after the other. Each
// group of functions has a file of its own. They examine a bounded part of a line. Pure functions,
// safe on any thread.
#pragma once

#include <cstddef>

#include "levels/level_words.hpp"

namespace trace::detail::levels {

// leading_word.cpp: the level in the first word of a line, or of the message after a time or the
// name of a program.
//
// A level word before a colon: "Error: x", "warning: x", "NOTICE:x", "fatal error: x",
// "error[E0308]: x", "error TS2322: x". Nullopt if a mere value follows ("Error: 0").
std::optional<Level> level_before_colon(std::string_view text) noexcept;
// The same, or a word in capitals before a blank ("ERROR …"), or the letter of apt ("W: …"), klog
// ("E0102 15:04:05.000000 …") and logrus ("INFO[0003] …").
std::optional<Level> level_of_leading_word(std::string_view text) noexcept;

// Lines that name their source first: "prog: error: …", "file.c:1:2: warning: …", "bash: line 1:
// foo: command not found", "make: *** […] Error 1", "x.py:5: DeprecationWarning: …". `word`: the
// text before the first blank of `line`.
std::optional<Level> level_of_compiler_message(std::string_view line,
                                               std::string_view word) noexcept;

// log_head.cpp: the level in the head of a log line, which a logger writes between the time and the
// message: in brackets, between dashes, bars or tabs, or as a word in capitals after names and
// numbers. Log4j, logback, Python's logging, spdlog, tracing, zap, loguru, nginx, PostgreSQL and
// others. A bounded number of parts is examined, and an ordinary word ends the head: the rest is
// prose.
//
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

// The date or time that a log line begins with, in the many ways of loggers: length of the date,
// time or both, zone included, at the front of `text`; 0 if there is none:
// "2024-01-02T03:04:05.678Z", "2024/01/02 03:04:05", "03:04:05,678", "3:04PM", "02-Jan-2024 …".
std::size_t leading_time(std::string_view text) noexcept;

// logfmt.cpp: time="…" level=warn msg="…", as logrus, Go's slog, Prometheus and Grafana write it.
// Reads pairs from the front, at most 512 bytes; anything else ends the reading, so a `level=`
// within a sentence, a URL or a quoted message does not count. A line of a single pair is a
// setting. `severity=` counts only with a message.
std::optional<Level> level_of_logfmt(std::string_view line) noexcept;

// tool_openings.cpp: lines that a well-known tool always begins with the same words, when those
// words say the level and no general rule finds it: "npm ERR! …", "CMake Error at …",
// "curl: (6) …", "debug1: …". `line` is not empty.
std::optional<Level> level_of_tool(std::string_view line) noexcept;
// False for nearly all lines, by a look at two letters.
bool may_open_tool(std::string_view line) noexcept;

// exception_name.cpp: true when `line` begins with the name of an exception and goes on with a
// colon and a message, or is a dotted name alone: "TypeError: x", "java.io.IOException: x",
// "AssertionError [ERR_ASSERTION]: x". "MaxError: 0.1" is a value and "StandardError" a word.
bool begins_with_exception(std::string_view line) noexcept;

}  // namespace trace::detail::levels
