// SPDX-License-Identifier: Apache-2.0
// The level in the first word of a text: "error: …", "WARNING:root:…", "INFO[0003] …", "ERROR …",
// "E0102 15:04:05.000000 …", "W: …". Used where a line begins, and where a message begins after a
// time or the name of a program. Pure functions, safe on any thread.
#pragma once

#include <optional>
#include <string_view>

#include <trace/event.hpp>

namespace trace::detail::levels {

// A level word before a colon: "Error: x", "warning: x", "NOTICE:x", "fatal error: x",
// "error[E0308]: x", "error TS2322: x". Nullopt if a mere value follows ("Error: 0").
std::optional<Level> level_before_colon(std::string_view text) noexcept;

// The same, or a word in capitals before a blank, or the letter of apt, klog and logrus.
std::optional<Level> level_of_leading_word(std::string_view text) noexcept;

}  // namespace trace::detail::levels
