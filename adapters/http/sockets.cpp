// SPDX-License-Identifier: Apache-2.0
#include "http/sockets.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <new>

namespace trace::http {
namespace {

curl_socket_t open_above_standard_streams(const curl_sockaddr& address) {
  const int fd = ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int above = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  ::close(fd);
  return above;
}

}  // namespace

curl_socket_t Sockets::on_open(void* user, curlsocktype, curl_sockaddr* address) {
  const curl_socket_t socket = open_above_standard_streams(*address);
  if (socket == CURL_SOCKET_BAD) return socket;
  try {
    static_cast<Sockets*>(user)->open_.push_back(socket);
  } catch (const std::bad_alloc&) {
    ::close(socket);
    return CURL_SOCKET_BAD;
  }
  return socket;
}

int Sockets::on_close(void* user, curl_socket_t socket) {
  std::erase(static_cast<Sockets*>(user)->open_, socket);
  return ::close(socket);
}

}  // namespace trace::http
