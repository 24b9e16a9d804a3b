// SPDX-License-Identifier: Apache-2.0
// Exit codes of the commands, and fail(), which reports an error on stderr and returns one of them.
// Any thread.
#pragma once

#include <fmt/format.h>
#include <trace/detail/standard_error.hpp>

#include <string_view>

#include "emitter/output/text.hpp"

namespace trace::cli {

namespace exit_code {  // each command's --help repeats them
inline constexpr int ok = 0;
inline constexpr int failed = 1;     // the result is negative, or there is none; stderr says why
inline constexpr int usage = 2;      // wrong options or configuration
inline constexpr int not_ended = 3;  // --exit-status of a run that has no verdict yet
inline constexpr int not_started = 125;  // run and docker: usage, configuration, no child
inline constexpr int interrupted = 130;  // ended early by Ctrl-C
inline constexpr int terminated = 143;   // ended early by SIGTERM or SIGHUP
}  // namespace exit_code

namespace output {

// Writes "shiptrace: <text>" to stderr, printable. Returns `code`.
inline int fail(std::string_view text, int code = exit_code::failed) {
  detail::write_to_stderr(fmt::format("shiptrace: {}\n", printable(text)));
  return code;
}

}  // namespace output
}  // namespace trace::cli
