// SPDX-License-Identifier: Apache-2.0
// Cursors: the position after an event of a run, as clients see it. A cursor is the base64 of the
// decimal sequence of that event; clients treat it as opaque. Pure functions, used by the read API
// and by feeds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trace::collector::api {

std::string encode_cursor(std::uint64_t sequence);

// Accepts only what encode_cursor() returns.
std::optional<std::uint64_t> decode_cursor(std::string_view cursor);

// The position that the parameter of a request names: 0 without one, nothing when it is invalid.
inline std::optional<std::uint64_t> position_of(const std::optional<std::string>& cursor) {
  return cursor ? decode_cursor(*cursor) : 0;
}

}  // namespace trace::collector::api
