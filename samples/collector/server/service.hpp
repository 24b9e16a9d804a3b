// SPDX-License-Identifier: Apache-2.0
// Service: what all connections share: the API's parts and the limits that protect them. Owned by
// the server; used on the I/O thread, except for the parts whose header names another thread.
#pragma once

#include <chrono>
#include <cstddef>

#include "collector/api/handlers.hpp"
#include "collector/api/routes.hpp"
#include "collector/server/access_rules.hpp"
#include "collector/server/connection_registry.hpp"
#include "collector/store/store_threads.hpp"
#include "collector/stream/subscriptions.hpp"

namespace trace::collector::server {

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
  std::size_t max_feeds;
  std::chrono::seconds keepalive;
  bool is_shutting_down = false;
};

}  // namespace trace::collector::server
