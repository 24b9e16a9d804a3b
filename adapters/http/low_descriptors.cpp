// SPDX-License-Identifier: Apache-2.0
#include "http/low_descriptors.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace trace::http {

CURLM* open_multi_handle() {
  std::array<int, STDERR_FILENO + 1> placeholders{};
  for (int& placeholder : placeholders) {
    placeholder = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (placeholder > STDERR_FILENO) ::close(std::exchange(placeholder, -1));
  }
  CURLM* multi = curl_multi_init();
  for (const int placeholder : placeholders) {
    if (placeholder >= 0) ::close(placeholder);
  }
  return multi;
}

curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int above = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  ::close(fd);
  return above;
}

}  // namespace trace::http
