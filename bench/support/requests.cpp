// SPDX-License-Identifier: Apache-2.0
#include "support/requests.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace trace::bench {

Requests::Requests(const std::string& url)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      authority_(url.substr(url.rfind('/') + 1)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close(fd_);
    throw std::runtime_error("cannot connect to " + url);
  }
}

Requests::~Requests() { close(fd_); }

void Requests::post(std::string_view body) {
  send_all(fmt::format(
      "POST /trace/events HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-ndjson\r\n"
      "Content-Length: {}\r\n\r\n",
      authority_, body.size()));
  send_all(body);
  char response[4096];
  const ssize_t received = recv(fd_, response, sizeof response, 0);
  if (received <= 0) throw std::runtime_error("no response");
  const std::string_view head(response, static_cast<std::size_t>(received));
  if (!head.starts_with("HTTP/1.1 200")) {
    throw std::runtime_error("unexpected response: " + std::string(head));
  }
}

void Requests::send_all(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error("cannot send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace trace::bench
