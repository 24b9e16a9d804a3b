// SPDX-License-Identifier: Apache-2.0
// Preloaded into the collector of a test: writes the bytes of each connection, as they are received
// and sent, to <SHIPTRACE_TEST_RECORD>/<pid>-<connection>.in and .out. The collector uses
// recvmsg(), sendmsg() and send().
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace {

std::atomic<unsigned> accepted{0};
std::array<std::atomic<unsigned>, 65536> connection_of{};  // by descriptor; 0: not accepted

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void append(int fd, const msghdr& message, ssize_t bytes, const char* ending) {
  const char* const directory = std::getenv("SHIPTRACE_TEST_RECORD");
  if (bytes <= 0 || directory == nullptr || fd < 0 || fd >= 65536) return;
  const unsigned connection = connection_of[static_cast<std::size_t>(fd)].load();
  if (connection == 0) return;
  std::array<char, 4096> path{};
  std::snprintf(path.data(), path.size(), "%s/%d-%u%s", directory, getpid(), connection, ending);
  const int file = open(path.data(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return;
  auto left = static_cast<std::size_t>(bytes);
  for (std::size_t i = 0; i < message.msg_iovlen && left > 0; ++i) {
    const std::size_t part = std::min(left, message.msg_iov[i].iov_len);
    if (write(file, message.msg_iov[i].iov_base, part) < 0) break;
    left -= part;
  }
  close(file);
}

}  // namespace

extern "C" {

int accept(int listener, sockaddr* address, socklen_t* length) {
  static auto* const real = next<int(int, sockaddr*, socklen_t*)>("accept");
  const int fd = real(listener, address, length);
  if (fd >= 0 && fd < 65536) connection_of[static_cast<std::size_t>(fd)] = ++accepted;
  return fd;
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  static auto* const real = next<ssize_t(int, msghdr*, int)>("recvmsg");
  const ssize_t bytes = real(fd, message, flags);
  append(fd, *message, bytes, ".in");
  return bytes;
}

ssize_t send(int fd, const void* data, size_t size, int flags) {
  static auto* const real = next<ssize_t(int, const void*, size_t, int)>("send");
  const ssize_t bytes = real(fd, data, size, flags);
  iovec part{const_cast<void*>(data), size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  append(fd, message, bytes, ".out");
  return bytes;
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  static auto* const real = next<ssize_t(int, const msghdr*, int)>("sendmsg");
  const ssize_t bytes = real(fd, message, flags);
  append(fd, *message, bytes, ".out");
  return bytes;
}
}
