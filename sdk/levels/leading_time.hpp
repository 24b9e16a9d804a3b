// SPDX-License-Identifier: Apache-2.0
// Recognises the date or time that a log line begins with, in the many ways that loggers write it.
// Used to find the position of a line's level. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace trace::detail::levels {

// Length of the date, time or both, zone included, at the front of `text`; 0 if there is none:
// "2024-01-02T03:04:05.678Z", "2024/01/02 03:04:05", "03:04:05,678", "3:04PM", "02-Jan-2024 …".
std::size_t leading_time(std::string_view text) noexcept;

// True for the contents of brackets with a time of day or a date:
// "Wed Oct 11 14:32:52.123456 2023", "1234:5678:0102/030405.678901:ERROR:gpu_init.cc(523)".
bool has_time(std::string_view text) noexcept;

}  // namespace trace::detail::levels
