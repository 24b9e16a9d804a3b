// SPDX-License-Identifier: Apache-2.0
// A backend whose responses a test chooses by method and target, for what the reference backend
// does not do at will. The function runs on threads of the server.
#pragma once

#include <functional>
#include <string>

#include "backend_of_test.hpp"
#include "transport/scripted_server.hpp"

namespace trace::testing {

class RoutedServer {
 public:
  // `respond` gets "GET /path?query" and returns a whole response. One that has no Content-Length
  // ends with the connection.
  explicit RoutedServer(std::function<std::string(const std::string& request)> respond)
      : server_([respond = std::move(respond)](Peer& peer) {
          while (const auto request = peer.read_request()) {
            const std::string response = respond(request->method + " " + request->target);
            if (!peer.send(response)) return;
            if (response.find("Content-Length:") == std::string::npos) return;
          }
        }) {}

  // `shiptrace ARGUMENTS` with this backend.
  Command command(Arguments arguments) const {
    arguments.insert(arguments.begin() + 1, {"--endpoint", server_.url()});
    return cli(std::move(arguments));
  }
  Finished shiptrace(Arguments arguments) const { return run(command(std::move(arguments))); }
  std::string url() const { return server_.url(); }

 private:
  ScriptedServer server_;
};

// A response that streams server-sent events and ends with the connection.
inline std::string event_stream(const std::string& events) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + events;
}

}  // namespace trace::testing
