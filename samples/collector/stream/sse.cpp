// SPDX-License-Identifier: Apache-2.0
#include "collector/stream/sse.hpp"

#include <fmt/core.h>

#include <cassert>

#include "collector/api/cursor.hpp"

namespace trace::collector::stream {

api::Response sse_response() {
  return {.content_type = "text/event-stream",
          .headers = {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}}};
}

std::string sse_event(const FeedMessage& message) {
  assert(message.data.find('\n') == std::string::npos);
  return fmt::format("event: {}\nid: {}\ndata: {}\n\n", message.name,
                     api::encode_cursor(message.position), message.data);
}

}  // namespace trace::collector::stream
