// write_to_stderr(): how the SDK's diagnostics and the CLI's messages reach stderr. Any thread.
#pragma once

#include <string_view>

#include <trace/export.hpp>

namespace trace::detail {

// Writes the text in pieces of at most PIPE_BUF bytes, which a pipe takes as a whole. A reader that
// does not read is waited for one second a piece, then the rest is left out: a message must not
// keep anybody from ending.
// A closed stderr is no failure.
SHIPTRACE_API void write_to_stderr(std::string_view text) noexcept;

}  // namespace trace::detail
