// SPDX-License-Identifier: Apache-2.0
#include "http/upload.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace trace::http {
namespace {

// Up to this size there is nothing to gain.
constexpr std::size_t smallest_direct = 16 * 1024;

// Libcurl's share of a direct upload: any number that is small and not 0.
constexpr std::size_t most_first = 1024;

// sendmsg() accepts 1,024 at most; a batch of one run is one.
constexpr std::size_t most_buffers = 256;

curl_off_t sent_by_libcurl(CURL* easy) {
  curl_off_t sent = 0;
  curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  return sent;
}

}  // namespace

Upload::Upload(CURL* easy, RequestBody& body, ConnectionSocket kept)
    : easy_(easy), body_(body), socket_(std::move(kept)) {
  body_.rewind();
  if (!socket_ || body_.size() < smallest_direct) return;
  std::array<iovec, 1> piece{};
  body_.unread(piece);
  first_ = {static_cast<const char*>(piece[0].iov_base), std::min(piece[0].iov_len, most_first)};
  body_.skip(first_.size());
}

curl_socket_t Upload::send_rest() noexcept {
  if (!on_our_socket_ || broken_) return CURL_SOCKET_BAD;
  if (sent_by_libcurl(easy_) < static_cast<curl_off_t>(first_.size())) return CURL_SOCKET_BAD;
  std::array<iovec, most_buffers> buffers;
  while (const std::size_t count = body_.unread(buffers)) {
    std::size_t accepted = 0;
    switch (socket_.send(std::span(buffers).first(count), accepted)) {
      case ConnectionSocket::Sent::some:
        body_.skip(accepted);
        break;
      case ConnectionSocket::Sent::full:
        return socket_.descriptor();
      case ConnectionSocket::Sent::failed:
        // What the server has sent can still be read: libcurl sees a response, or the end.
        broken_ = true;
        socket_.shut_down();
        return CURL_SOCKET_BAD;
    }
  }
  return CURL_SOCKET_BAD;
}

bool Upload::end() noexcept {
  std::array<iovec, 1> next;
  if (!direct() || body_.unread(next) == 0) return true;
  socket_.shut_down();
  return false;
}

std::size_t Upload::on_read(char* to, std::size_t size, std::size_t count, void* user) {
  return static_cast<Upload*>(user)->body_.read(to, size * count);
}

int Upload::on_seek(void* user, curl_off_t offset, int origin) {
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  static_cast<Upload*>(user)->body_.rewind();
  return CURL_SEEKFUNC_OK;
}

int Upload::on_request(void* user, char*, char*, int, int local_port) {
  auto* const upload = static_cast<Upload*>(user);
  if (upload == nullptr || !upload->direct()) return CURL_PREREQFUNC_OK;
  // What libcurl reports later as sent must be of this request.
  if (upload->socket_.local_port() != local_port || sent_by_libcurl(upload->easy_) != 0) {
    upload->not_provable_ = upload->must_repeat_ = true;
    return CURL_PREREQFUNC_ABORT;
  }
  upload->on_our_socket_ = true;
  return CURL_PREREQFUNC_OK;
}

curl_socket_t Upload::on_open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto* const upload = static_cast<Upload*>(user);
  if (upload != nullptr && upload->direct()) {
    // The connection was lost. Either the request has not begun, or libcurl wants to repeat it and
    // does not have the whole body.
    upload->must_repeat_ = true;
    return CURL_SOCKET_BAD;
  }
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  // Where the host has closed its standard streams, nothing of ours may take their descriptors: its
  // next message to "stderr" would go to the backend.
  const int above = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  ::close(fd);
  return above;
}

}  // namespace trace::http
