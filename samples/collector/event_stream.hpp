// A live stream: the events of one run as server-sent events, from a cursor on and then as they
// are stored (docs/ingestion-api.md). I/O thread only, but for read_stream().
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>

#include "origin_rules.hpp"
#include "service.hpp"

namespace trace::collector {

// What the store thread has to say to a stream.
struct StreamReading {
  std::optional<StreamStep> step = {};  // nothing for an unknown run
  std::string fault = {};               // the store failed
};
StreamReading read_stream(Reading& reading, const std::string& run_id,
                          std::uint64_t after) noexcept;

// Streams until the run is over or the client is gone; keeps itself alive. `service` must outlive
// it. `sharing`: headers beside those of every stream.
void start_event_stream(Service& service, boost::asio::ip::tcp::socket socket, std::string run_id,
                        std::uint64_t after, const Headers& sharing);

}  // namespace trace::collector
