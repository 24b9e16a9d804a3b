// SPDX-License-Identifier: Apache-2.0
// Connection: one HTTP connection. Reads requests one after another, runs their handlers on a store
// thread, and writes the responses. I/O thread only.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "collector/server/service.hpp"

namespace trace::collector::server {

// Serves the connection until it ends; it keeps itself alive. `service` must outlive it.
void serve(Service& service, boost::asio::ip::tcp::socket socket);

}  // namespace trace::collector::server
