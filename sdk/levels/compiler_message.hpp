// SPDX-License-Identifier: Apache-2.0
// The level of a line that names its source first: "prog: error: …", "file.c:1:2: warning: …",
// "bash: line 1: foo: command not found", "make: *** […] Error 1", "x.py:5: DeprecationWarning: …".
// Pure functions, safe on any thread.
#pragma once

#include <optional>
#include <string_view>

#include <trace/event.hpp>

namespace trace::detail::levels {

// `word`: the text before the first blank of `line`.
std::optional<Level> level_of_compiler_message(std::string_view line,
                                               std::string_view word) noexcept;

}  // namespace trace::detail::levels
