// One HTTP connection: reads requests one after the other, has them answered, writes the answers.
// The only part that speaks HTTP. I/O thread only.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "service.hpp"

namespace trace::collector {

// Serves the connection to its end; it keeps itself alive. `service` must outlive it.
void serve(Service& service, boost::asio::ip::tcp::socket socket);

}  // namespace trace::collector
