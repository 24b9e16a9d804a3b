// SPDX-License-Identifier: Apache-2.0
#include "http/connection_socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace trace::http {

ConnectionSocket ConnectionSocket::duplicate_of(curl_socket_t socket) noexcept {
  // Above the standard streams, which the host may have closed.
  return ConnectionSocket(::fcntl(socket, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

ConnectionSocket ConnectionSocket::of_kept_connection(CURL* easy) noexcept {
  curl_socket_t kept = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &kept) != CURLE_OK) return {};
  return kept == CURL_SOCKET_BAD ? ConnectionSocket() : duplicate_of(kept);
}

ConnectionSocket& ConnectionSocket::operator=(ConnectionSocket&& from) noexcept {
  if (this != &from) {
    close();
    fd_ = std::exchange(from.fd_, -1);
  }
  return *this;
}

void ConnectionSocket::close() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

int ConnectionSocket::local_port() const noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return -1;
  // The port is at the same place in both families.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  if (address.ss_family == AF_INET || address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }
  return address.ss_family == AF_UNIX ? 0 : -1;
}

ConnectionSocket::Sent ConnectionSocket::send(std::span<iovec> buffers,
                                              std::size_t& count) const noexcept {
  msghdr message{};
  message.msg_iov = buffers.data();
  message.msg_iovlen = buffers.size();
  ssize_t accepted = -1;
  do {
    accepted = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (accepted < 0 && errno == EINTR);
  count = accepted > 0 ? static_cast<std::size_t>(accepted) : 0;
  if (accepted >= 0) return Sent::some;
  return errno == EAGAIN || errno == EWOULDBLOCK ? Sent::full : Sent::failed;
}

void ConnectionSocket::shut_down() const noexcept {
  if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
}

}  // namespace trace::http
