// SPDX-License-Identifier: Apache-2.0
// Error messages of shiptrace on stderr. Any thread.
#pragma once

#include <string_view>

#include "emitter/exit_code.hpp"

namespace trace::cli::output {

// Writes "shiptrace: <text>" with control characters escaped. Returns `code`.
int fail(std::string_view text, int code = exit_code::failed);

}  // namespace trace::cli::output
