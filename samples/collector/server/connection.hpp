// SPDX-License-Identifier: Apache-2.0
// The two kinds of connection. Each keeps itself alive until it ends; `service` must outlive it.
// I/O thread only.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "collector/api/response.hpp"
#include "collector/server/service.hpp"
#include "collector/stream/feed.hpp"

namespace trace::collector::server {

// Reads HTTP requests one after another, runs their handlers on a store thread, and writes the
// responses.
void serve(Service& service, boost::asio::ip::tcp::socket socket);

// Sends a feed as server-sent events: what is stored, then what is committed, until the run is over
// or the client is gone. `sharing`: additional headers.
void serve_feed(Service& service, boost::asio::ip::tcp::socket socket, stream::Feed feed,
                const api::Headers& sharing);

}  // namespace trace::collector::server
