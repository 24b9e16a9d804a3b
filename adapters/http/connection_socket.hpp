// SPDX-License-Identifier: Apache-2.0
// ConnectionSocket: a descriptor of our own for the socket of a connection that libcurl keeps. Used
// by Connection and Upload, on their thread.
//
// libcurl closes its sockets when it likes and does not always report it, so the number of one of
// its descriptors may already be that of a file of the host. A duplicate is ours until we close it:
// whatever is done to it is done to this connection or to nothing.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <sys/uio.h>

namespace trace::http {

class ConnectionSocket {
 public:
  ConnectionSocket() = default;
  // A duplicate of `socket`; empty when there are no more descriptors.
  static ConnectionSocket duplicate_of(curl_socket_t socket) noexcept;
  // Of the connection that `easy` has used last, if libcurl keeps it for another exchange; else
  // empty. Call it while `easy` belongs to its multi handle.
  static ConnectionSocket of_kept_connection(CURL* easy) noexcept;

  ~ConnectionSocket() { close(); }
  ConnectionSocket(ConnectionSocket&& from) noexcept : fd_(std::exchange(from.fd_, -1)) {}
  ConnectionSocket& operator=(ConnectionSocket&& from) noexcept;

  explicit operator bool() const noexcept { return fd_ >= 0; }
  int descriptor() const noexcept { return fd_; }
  // 0 for a Unix socket, as libcurl says, too.
  int local_port() const noexcept;

  enum class Sent : std::uint8_t { some, full, failed };
  // Sends without waiting; `count` is how many bytes were accepted.
  Sent send(std::span<iovec> buffers, std::size_t& count) const noexcept;
  // Ends the connection for libcurl as well, which has another descriptor for it. What has arrived
  // can still be read.
  void shut_down() const noexcept;

 private:
  explicit ConnectionSocket(int fd) noexcept : fd_(fd) {}
  void close() noexcept;

  int fd_ = -1;
};

}  // namespace trace::http
