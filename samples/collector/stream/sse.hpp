// SPDX-License-Identifier: Apache-2.0
// Frames the messages of a feed as server-sent events (text/event-stream). Pure functions.
#pragma once

#include <fmt/core.h>

#include <cassert>
#include <string>
#include <string_view>

#include "collector/api/payloads.hpp"
#include "collector/api/response.hpp"
#include "collector/stream/feed.hpp"

namespace trace::collector::stream {

// The response that precedes the events.
inline api::Response sse_response() {
  return {.content_type = "text/event-stream",
          .headers = {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}}};
}

inline std::string sse_event(const FeedMessage& message) {
  assert(message.data.find('\n') == std::string::npos);
  // The data first: a known client forgets the name of an event that ends in another read.
  return fmt::format("data: {}\nid: {}\nevent: {}\n\n", message.data,
                     api::encode_cursor(message.position), message.name);
}

inline constexpr std::string_view sse_keepalive = ": keepalive\n\n";

}  // namespace trace::collector::stream
