// SPDX-License-Identifier: Apache-2.0
#include "attack/requests/raw_connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace trace::testing {

unsigned short port_of(const std::string& url) {
  return static_cast<unsigned short>(std::stoi(url.substr(url.rfind(':') + 1)));
}

RawConnection::RawConnection(const std::string& url)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_of(url));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int fault = errno;
    close(socket_);
    throw std::system_error(fault, std::generic_category(), "connect");
  }
}

RawConnection::~RawConnection() { close(socket_); }

void RawConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void RawConnection::end_of_input() const { shutdown(socket_, SHUT_WR); }

RawConnection::Received RawConnection::read_to_end(std::chrono::milliseconds patience) const {
  Received received;
  const auto give_up = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        give_up - std::chrono::steady_clock::now());
    pollfd readable{socket_, POLLIN, 0};
    if (left.count() <= 0 || poll(&readable, 1, static_cast<int>(left.count())) <= 0) break;
    char bytes[4096];
    const ssize_t count = recv(socket_, bytes, sizeof bytes, 0);
    if (count <= 0) {
      received.is_closed = true;
      break;
    }
    received.bytes.append(bytes, static_cast<std::size_t>(count));
  }
  return received;
}

std::vector<int> RawConnection::Received::statuses() const {
  constexpr std::string_view version = "HTTP/1.";
  std::vector<int> all;
  for (std::size_t at = bytes.find(version); at != std::string::npos;
       at = bytes.find(version, at + 1)) {
    // Not the version in an error's text.
    if (at != 0 && bytes[at - 1] != '\n' && bytes[at - 1] != '}') continue;
    all.push_back(std::atoi(bytes.c_str() + at + version.size() + 1));
  }
  return all;
}

}  // namespace trace::testing
