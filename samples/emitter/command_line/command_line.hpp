// SPDX-License-Identifier: Apache-2.0
// The command line: options, their checks and help texts. CLI11 is used in this folder only; the
// commands get structs with the values. Main thread.
#pragma once

namespace trace::cli::command_line {

// Parses the command line and runs its command. Returns the exit status. CLI11's errors are
// reported; exceptions of the command are not caught.
int run(int argc, char** argv);

// True for `run` and `docker`, whose exit status is otherwise that of their child.
bool has_child(int argc, char** argv) noexcept;

}  // namespace trace::cli::command_line
