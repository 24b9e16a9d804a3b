// What every connection works with: the API's parts and the bounds that protect them. Owned by the
// server; parts are used on the thread that their headers name.
#pragma once

#include <chrono>
#include <cstddef>

#include "connections.hpp"
#include "ingestion.hpp"
#include "live_streams.hpp"
#include "reading.hpp"
#include "request_rules.hpp"
#include "store_thread.hpp"

namespace trace::collector {

struct Service {
  // Bounds of one connection. The last two are how far a peer may fall behind its pace.
  static constexpr std::size_t max_header = 16 * 1024;
  static constexpr std::chrono::seconds idle_time{30};
  static constexpr std::chrono::seconds head_time{10};
  static constexpr std::chrono::seconds body_time{10};
  static constexpr std::chrono::seconds answer_time{60};
  // Bounds of all.
  static constexpr std::size_t bodies_at_once = 16;  // largest ones; smaller ones are more

  Reading& reading;
  Ingestion& ingestion;
  StoreThread& store_thread;
  LiveStreams& streams;
  Connections& connections;
  AccessRules access;
  std::size_t max_body;
  std::size_t max_connections;
  std::size_t max_streams;
  std::chrono::seconds keepalive;
  bool winding_up = false;
};

}  // namespace trace::collector
