// SPDX-License-Identifier: Apache-2.0
// Lines that a well-known tool always begins with the same words, when those words say the level
// and no general rule finds it: "npm ERR! …", "CMake Error at …", "curl: (6) …", "debug1: …". Pure
// functions, safe on any thread.
#pragma once

#include <optional>
#include <string_view>

#include <trace/event.hpp>

namespace trace::detail::levels {

// `line` is not empty.
// False for nearly all lines, by a look at two letters.
bool may_open_tool(std::string_view line) noexcept;
std::optional<Level> level_of_tool(std::string_view line) noexcept;

}  // namespace trace::detail::levels
