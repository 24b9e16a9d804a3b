// SPDX-License-Identifier: Apache-2.0
#include "emitter/input/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace trace::cli::input {
namespace {

// Closed at the end, unless it is one of our standard streams.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ > STDERR_FILENO) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const noexcept { return number_; }

 private:
  int number_;
};

// Waits for bytes or the end of `file`, or until `wake` can be read. False: `wake` can.
bool wait_for(int file, int wake) {
  std::array<pollfd, 2> watched{pollfd{file, POLLIN, 0}, pollfd{wake, POLLIN, 0}};
  while (poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
  }
  return watched[1].revents == 0;
}

Error problem(const std::string& path, int error) {
  return Error(path == "-" ? "stdin" : path,
               fmt::format("cannot be read: {}", std::strerror(error)));
}

}  // namespace

Result<bool> read_pieces(const std::string& path,
                         const std::function<void(std::string_view)>& on_piece,
                         const std::stop_token& stop) {
  const Descriptor file(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) return problem(path, errno);
  const Descriptor wake(eventfd(0, EFD_CLOEXEC));
  if (wake.number() < 0) return problem(path, errno);
  const std::stop_callback on_stop(stop, [&] {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake.number(), &one, sizeof one);
  });
  std::string buffer(64 * 1024, '\0');
  while (wait_for(file.number(), wake.number())) {
    const ssize_t size = read(file.number(), buffer.data(), buffer.size());
    if (size == 0) break;
    if (size > 0) {
      on_piece({buffer.data(), static_cast<std::size_t>(size)});
    } else if (errno != EINTR && errno != EAGAIN) {
      return problem(path, errno);
    }
  }
  return true;
}

Result<std::string> read_file(const std::string& path) {
  std::string bytes;
  const auto read = read_pieces(path, [&](std::string_view piece) { bytes += piece; });
  if (!read) return read.error();
  return bytes;
}

}  // namespace trace::cli::input
