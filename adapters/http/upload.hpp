// SPDX-License-Identifier: Apache-2.0
// Upload: the body of one request while it is sent. Used by Connection, on its thread.
//
// libcurl copies everything it sends into a buffer of its own, which costs more than the system
// call (docs/decisions/0033-bodies-without-a-copy.md). A direct upload gives libcurl only the first
// bytes of the body, and a Content-Length of all of it; once libcurl has sent those, and with them
// the head of the request, the rest goes from the batch to libcurl's socket. The connection, the
// head and the response stay libcurl's. Only for a socket on which nothing encrypts.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <string>

#include "http/request_body.hpp"
#include "http/sockets.hpp"

namespace trace::http {

class Upload {
 public:
  enum class How : bool { by_libcurl, direct };

  // Begins at the body's first byte. All but `how` outlive the upload; the sockets are those of
  // `easy`.
  Upload(CURL* easy, const Sockets& sockets, RequestBody& body, How how);
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  // Bytes that libcurl sends.
  std::size_t bytes_of_libcurl() const noexcept { return of_libcurl_; }
  // Of a direct upload: the header that libcurl must be given. Empty: none.
  std::string content_length() const;

  // Call it after libcurl has worked: sends what the socket accepts of the rest. Returns the socket
  // if it must have room first, else CURL_SOCKET_BAD.
  curl_socket_t send_rest() noexcept;
  // The exchange is over. A connection that has a part of the body is not used again.
  void end() noexcept;
  // libcurl wants to repeat the request on another connection, because this one was lost before any
  // response, but it does not have the whole body; or its socket is not known. Repeat the exchange
  // with How::by_libcurl.
  bool must_repeat() const noexcept { return must_repeat_; }

  // CURLOPT_READFUNCTION and CURLOPT_SEEKFUNCTION; their data is the Upload.
  static std::size_t on_read(char* to, std::size_t size, std::size_t count, void* upload);
  static int on_seek(void* upload, curl_off_t offset, int origin);

 private:
  bool direct() const noexcept { return of_libcurl_ < body_.size(); }

  CURL* easy_;
  const Sockets& sockets_;
  RequestBody& body_;
  std::size_t of_libcurl_;
  std::size_t given_ = 0;  // of these, what on_read has returned
  bool broken_ = false;    // the socket accepts no more
  bool must_repeat_ = false;
};

}  // namespace trace::http
