// Cursors: the place after an event of a run, as clients see it. A cursor is the base64 of the
// decimal sequence of the last event that was read; clients hand it back unread.
//
// Pure functions, used by the read API and the live stream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trace::collector {

std::string encode_cursor(std::uint64_t sequence);

// Only what encode_cursor() writes is a cursor; anything else is nothing.
std::optional<std::uint64_t> decode_cursor(std::string_view cursor);

}  // namespace trace::collector
