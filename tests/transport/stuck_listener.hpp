// SPDX-License-Identifier: Apache-2.0
// StuckListener: a loopback port on which connecting takes for ever. Its queue of connections is
// full, and nobody accepts any.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace trace::testing {

class StuckListener {
 public:
  enum class Family : bool { ipv4, ipv6 };

  // `port` 0: any.
  explicit StuckListener(Family family, int port = 0) {
    v4_.sin_family = AF_INET;
    v4_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v4_.sin_port = htons(static_cast<std::uint16_t>(port));
    v6_.sin6_family = AF_INET6;
    v6_.sin6_addr = in6addr_loopback;
    v6_.sin6_port = htons(static_cast<std::uint16_t>(port));
    const bool is_v6 = family == Family::ipv6;
    auto* const address =
        is_v6 ? reinterpret_cast<sockaddr*>(&v6_) : reinterpret_cast<sockaddr*>(&v4_);
    socklen_t size = is_v6 ? sizeof v6_ : sizeof v4_;
    const int listener = opened(is_v6);
    if (::bind(listener, address, size) != 0 || ::listen(listener, 0) != 0 ||
        ::getsockname(listener, address, &size) != 0) {
      throw std::runtime_error("the stuck listener cannot listen");
    }
    port_ = ntohs(is_v6 ? v6_.sin6_port : v4_.sin_port);
    // Until one does not connect.
    for (pollfd waiting{0, POLLOUT, 0};;) {
      waiting.fd = opened(is_v6);
      ::connect(waiting.fd, address, size);
      if (::poll(&waiting, 1, 50) == 0) return;
    }
  }
  ~StuckListener() {
    for (const int fd : descriptors_) ::close(fd);
  }
  StuckListener(const StuckListener&) = delete;
  StuckListener& operator=(const StuckListener&) = delete;

  int port() const noexcept { return port_; }

 private:
  int opened(bool is_v6) {
    const int family = is_v6 ? AF_INET6 : AF_INET;
    descriptors_.push_back(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    return descriptors_.back();
  }

  sockaddr_in v4_{};
  sockaddr_in6 v6_{};
  int port_ = 0;
  std::vector<int> descriptors_;
};

}  // namespace trace::testing
