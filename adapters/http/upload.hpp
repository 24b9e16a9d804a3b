// SPDX-License-Identifier: Apache-2.0
// Upload: the body of one request while it is sent. Used by Connection, on its thread.
//
// libcurl copies what it sends into a buffer of its own, which costs more than the system call
// (docs/decisions/0034-send-from-the-batch.md). In a direct upload libcurl gets only the first
// bytes of the body, and a Content-Length of all of it. Once it has sent those, and with them the
// head of the request, the rest goes from the batch to the same connection. Head and response
// remain libcurl's. A direct upload uses a connection that libcurl has kept from an exchange before
// and that nothing encrypts; libcurl may not open another one meanwhile.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <string_view>

#include "http/connection_socket.hpp"
#include "http/request_body.hpp"

namespace trace::http {

class Upload {
 public:
  // Begins at the body's first byte. Direct if `kept`, the socket of the connection that `easy`
  // will use, is not empty and the body is large; otherwise libcurl sends all of it. `easy` and
  // `body` must outlive the upload.
  Upload(CURL* easy, RequestBody& body, ConnectionSocket kept);
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  bool direct() const noexcept { return !first_.empty(); }
  // For CURLOPT_POSTFIELDS: what libcurl sends of a direct upload. Empty: libcurl reads all of the
  // body by on_read().
  std::string_view first() const noexcept { return first_; }
  std::size_t size() const noexcept { return body_.size(); }

  // Call after libcurl has worked: sends what the socket accepts of the rest. Returns the socket if
  // it is full, else CURL_SOCKET_BAD.
  curl_socket_t send_rest() noexcept;
  // The exchange is over. False: the connection has received a part of the body only. It was shut
  // down, so that libcurl does not use it again.
  bool end() noexcept;

  // The connection of a direct upload was lost before any response, perhaps before the request
  // began. The exchange must be repeated by libcurl.
  bool must_repeat() const noexcept { return must_repeat_; }
  // libcurl was about to use another connection than the socket's, or does not report what it has
  // sent.
  bool not_provable() const noexcept { return not_provable_; }

  // Callbacks of libcurl; their data is the Upload.
  static std::size_t on_read(char* to, std::size_t size, std::size_t count, void* upload);
  static int on_seek(void* upload, curl_off_t offset, int origin);
  // CURLOPT_PREREQFUNCTION: libcurl has a connection and is about to send the request.
  static int on_request(void* upload, char* peer_ip, char* local_ip, int peer_port, int local_port);
  // CURLOPT_OPENSOCKETFUNCTION; without an Upload it opens any socket.
  static curl_socket_t on_open_socket(void* upload, curlsocktype purpose, curl_sockaddr* address);

 private:
  CURL* easy_;
  RequestBody& body_;
  ConnectionSocket socket_;
  std::string_view first_;
  bool on_our_socket_ = false;  // libcurl sends this request to socket_
  bool broken_ = false;         // the socket accepts no more
  bool must_repeat_ = false;
  bool not_provable_ = false;
};

}  // namespace trace::http
