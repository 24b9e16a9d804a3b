// SPDX-License-Identifier: Apache-2.0
// What several responses and feeds share: cursors and JSON payloads. Pure functions but for the
// store that status_payload() reads on a store thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <trace/event.hpp>
#include <trace/status.hpp>

#include "collector/api/response.hpp"
#include "collector/api/routes.hpp"
#include "collector/store/store.hpp"

namespace trace::collector::api {

// A cursor is the position after an event of a run, as clients see it: the base64 of the decimal
// sequence of that event. Clients treat it as opaque.
std::string encode_cursor(std::uint64_t sequence);

// Accepts only what encode_cursor() returns.
std::optional<std::uint64_t> decode_cursor(std::string_view cursor);

// The position that the parameter of a request names: 0 without one, nothing when it is invalid.
// Under /api/v1 it may be a decimal number as well.
std::optional<std::uint64_t> position_of(const Request& request);

// Bounds the memory of one page.
inline constexpr std::size_t max_page_bytes = std::size_t{16} << 20;

// The parameter `limit` of a page; nothing when it is invalid.
std::optional<std::size_t> limit_of(const Request& request);
Response invalid_limit();

// An envelope with the cursor after `sequence`.
std::string envelope_json(const std::string& run_id, std::vector<EventPayload> events,
                          std::uint64_t sequence);

// The sequence of the last event, or `otherwise` without events. Stored events have it as their id.
std::uint64_t last_sequence(const std::vector<EventPayload>& events, std::uint64_t otherwise);

// Throws StoreError.
RunStatusPayload status_payload(store::Store& store, const store::RunRow& run);

}  // namespace trace::collector::api
