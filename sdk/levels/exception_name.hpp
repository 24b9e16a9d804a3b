// SPDX-License-Identifier: Apache-2.0
// Lines that begin with the name of an exception: "TypeError: x", "java.io.IOException: x",
// "AssertionError [ERR_ASSERTION]: x". Both the level of a line and the beginning of a stack trace
// are found by it. Pure functions, safe on any thread.
#pragma once

#include <string_view>

namespace trace::detail::levels {

// True when `line` begins with such a name and goes on with a colon and a message, or is a dotted
// name alone. "MaxError: 0.1" is a value and "StandardError" a word.
bool begins_with_exception(std::string_view line) noexcept;

}  // namespace trace::detail::levels
