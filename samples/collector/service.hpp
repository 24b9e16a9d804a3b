// What every connection works with: the API's parts and the bounds that protect them. Owned by the
// server; parts are used on the thread that their headers name.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "connections.hpp"
#include "ingestion.hpp"
#include "live_streams.hpp"
#include "reading.hpp"
#include "store_thread.hpp"

namespace trace::collector {

struct Service {
  // Bounds of one connection.
  static constexpr std::size_t max_header = 16 * 1024;
  static constexpr std::chrono::seconds head_time{30};  // also how long an idle one is kept
  static constexpr std::chrono::seconds body_time{30};
  static constexpr std::chrono::seconds answer_time{60};
  // Bounds of all.
  static constexpr std::size_t max_connections = 512;
  static constexpr std::size_t max_streams = 256;
  static constexpr std::size_t bodies_at_once = 16;  // largest ones; smaller ones are more

  Reading& reading;
  Ingestion& ingestion;
  StoreThread& store_thread;
  LiveStreams& streams;
  Connections& connections;
  std::string token;  // empty: none is asked for
  std::size_t max_body;
  std::chrono::seconds keepalive;
  std::size_t body_bytes_in_flight = 0;
  bool winding_up = false;
};

}  // namespace trace::collector
