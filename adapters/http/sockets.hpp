// SPDX-License-Identifier: Apache-2.0
// Sockets: opens the sockets of a libcurl handle above the standard streams, and knows which are
// open. Used by Connection, on its thread.
//
// Where the host has closed its standard streams, nothing of ours may take their descriptors: its
// next message to "stderr" would go to the backend.
#pragma once

#include <curl/curl.h>

#include <vector>

namespace trace::http {

class Sockets {
 public:
  Sockets() = default;
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  // The socket of the connection. CURL_SOCKET_BAD if none is open, or several: while libcurl
  // connects it tries more than one address.
  // (CURLINFO_ACTIVESOCKET knows a connection only after its first exchange.)
  curl_socket_t of_connection() const noexcept {
    return open_.size() == 1 ? open_.front() : CURL_SOCKET_BAD;
  }

  // CURLOPT_OPENSOCKETFUNCTION and CURLOPT_CLOSESOCKETFUNCTION; their data is the Sockets.
  static curl_socket_t on_open(void* sockets, curlsocktype purpose, curl_sockaddr* address);
  static int on_close(void* sockets, curl_socket_t socket);

 private:
  std::vector<curl_socket_t> open_;
};

}  // namespace trace::http
