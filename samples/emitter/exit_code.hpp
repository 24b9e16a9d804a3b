// SPDX-License-Identifier: Apache-2.0
// The exit codes of shiptrace, which each command's --help repeats.
#pragma once

namespace trace::cli::exit_code {

inline constexpr int ok = 0;
inline constexpr int failed = 1;  // the result is negative, or there is none; stderr says why
inline constexpr int usage = 2;   // wrong options or configuration
inline constexpr int not_started = 125;  // run and docker: usage, configuration, no child
inline constexpr int interrupted = 130;  // ended early by Ctrl-C or SIGTERM

}  // namespace trace::cli::exit_code
