// SPDX-License-Identifier: Apache-2.0
#include "http/upload.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace trace::http {
namespace {

// Libcurl's share of a direct upload, and the size up to which there is nothing to gain.
constexpr std::size_t first_bytes = 16 * 1024;

}  // namespace

Upload::Upload(CURL* easy, const Sockets& sockets, RequestBody& body, How how)
    : easy_(easy),
      sockets_(sockets),
      body_(body),
      of_libcurl_(how == How::direct ? std::min(body.size(), first_bytes) : body.size()) {
  body_.rewind();
}

std::string Upload::content_length() const {
  return direct() ? "Content-Length: " + std::to_string(body_.size()) : std::string();
}

curl_socket_t Upload::send_rest() noexcept {
  curl_off_t sent = 0;
  curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &sent);
  // Of a request that is repeated, `sent` may still be what the first attempt has sent.
  const bool libcurl_is_done =
      given_ == of_libcurl_ && sent >= static_cast<curl_off_t>(of_libcurl_);
  if (!direct() || broken_ || must_repeat_ || !libcurl_is_done) return CURL_SOCKET_BAD;
  const curl_socket_t to = sockets_.of_connection();
  if (to == CURL_SOCKET_BAD) {
    must_repeat_ = true;
    return to;
  }
  std::array<iovec, 256> buffers;
  while (const std::size_t count = body_.unread(buffers)) {
    msghdr message{};
    message.msg_iov = buffers.data();
    message.msg_iovlen = count;
    const ssize_t accepted = ::sendmsg(to, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (accepted >= 0) {
      body_.skip(static_cast<std::size_t>(accepted));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return to;
    } else if (errno != EINTR) {
      // What the server has sent can still be read: libcurl sees a response, or the end.
      broken_ = true;
      ::shutdown(to, SHUT_RDWR);
      break;
    }
  }
  return CURL_SOCKET_BAD;
}

void Upload::end() noexcept {
  std::array<iovec, 1> next;
  if (!direct() || body_.unread(next) == 0) return;
  const curl_socket_t unfinished = sockets_.of_connection();
  if (unfinished != CURL_SOCKET_BAD) ::shutdown(unfinished, SHUT_RDWR);
}

std::size_t Upload::on_read(char* to, std::size_t size, std::size_t count, void* user) {
  auto& upload = *static_cast<Upload*>(user);
  const std::size_t most = std::min(size * count, upload.of_libcurl_ - upload.given_);
  const std::size_t done = upload.body_.read(to, most);
  upload.given_ += done;
  return done;
}

int Upload::on_seek(void* user, curl_off_t offset, int origin) {
  auto& upload = *static_cast<Upload*>(user);
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  if (upload.direct()) {
    upload.must_repeat_ = true;
    return CURL_SEEKFUNC_FAIL;
  }
  upload.body_.rewind();
  upload.given_ = 0;
  return CURL_SEEKFUNC_OK;
}

}  // namespace trace::http
