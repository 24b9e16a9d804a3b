// SPDX-License-Identifier: Apache-2.0
// write_to_stderr(): writes the SDK's diagnostics and the CLI's messages. Any thread.
#pragma once

#include <string_view>

#include <trace/export.hpp>

namespace trace::detail {

// Writes the text in pieces of at most PIPE_BUF bytes, which are atomic on a pipe. Waits at most
// one second per piece for a reader that does not read, then drops the rest: a message must not
// block the end of a process. A closed stderr is not an error.
SHIPTRACE_API void write_to_stderr(std::string_view text) noexcept;

}  // namespace trace::detail
