// SPDX-License-Identifier: Apache-2.0
// The two kinds of connection, and the Service that all connections share: the server owns it, and
// it must outlive them. A connection keeps itself alive until it ends. I/O thread only, except for
// the parts of the Service whose header names another thread.
#pragma once

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>

#include "collector/api/routes.hpp"
#include "collector/server/access_rules.hpp"
#include "collector/server/connection_registry.hpp"
#include "collector/store/store_threads.hpp"
#include "collector/stream/feed.hpp"

namespace trace::collector::server {

// The API's parts and the limits that protect them.
struct Service {
  // Limits of one connection. The last two are how far a client may fall behind its pace.
  static constexpr std::size_t max_head = 16 * 1024;
  static constexpr std::chrono::seconds idle_time{30};
  static constexpr std::chrono::seconds head_time{10};
  static constexpr std::chrono::seconds body_time{10};
  static constexpr std::chrono::seconds response_time{60};
  // Memory of all connections, in bodies of the maximum size.
  static constexpr std::size_t max_bodies = 16;

  store::StoreThreads& store_threads;
  api::Context context;
  stream::Subscriptions& subscriptions;
  ConnectionRegistry& connections;
  AccessRules access;
  std::size_t max_connections;
  std::chrono::seconds keepalive;
  bool is_shutting_down = false;

  std::size_t max_feeds() const noexcept { return std::min(max_connections / 2, std::size_t{256}); }
};

// Reads HTTP requests one after another, runs their handlers on a store thread, and writes the
// responses.
void serve(Service& service, boost::asio::ip::tcp::socket socket);

// Sends a feed as server-sent events: what is stored, then what is committed, until the run is over
// or the client is gone. `sharing`: additional headers.
void serve_feed(Service& service, boost::asio::ip::tcp::socket socket, stream::Feed feed,
                const api::Headers& sharing);

}  // namespace trace::collector::server
