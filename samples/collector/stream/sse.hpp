// SPDX-License-Identifier: Apache-2.0
// Frames the messages of a feed as server-sent events (text/event-stream). Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "collector/api/response.hpp"
#include "collector/stream/feed.hpp"

namespace trace::collector::stream {

// The response that precedes the events.
api::Response sse_response();

std::string sse_event(const FeedMessage& message);

inline constexpr std::string_view sse_keepalive = ": keepalive\n\n";

}  // namespace trace::collector::stream
