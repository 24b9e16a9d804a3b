// SPDX-License-Identifier: Apache-2.0
// A connection that sends a feed as server-sent events: what is stored, then what is committed,
// until the run is over or the client is gone. I/O thread only.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "collector/api/response.hpp"
#include "collector/server/service.hpp"
#include "collector/stream/feed.hpp"

namespace trace::collector::server {

// The connection keeps itself alive; `service` must outlive it. `sharing`: additional headers.
void serve_feed(Service& service, boost::asio::ip::tcp::socket socket, stream::Feed feed,
                const api::Headers& sharing);

}  // namespace trace::collector::server
