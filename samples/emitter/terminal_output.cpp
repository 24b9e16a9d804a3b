#include "terminal_output.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace trace::cli {

void TerminalOutput::write(Stream stream, std::string_view bytes) noexcept {
  const bool err = stream == Stream::err;
  const int descriptor = err ? STDERR_FILENO : STDOUT_FILENO;
  bool& gone = gone_[err ? 1 : 0];
  while (!bytes.empty() && !gone) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      // Somebody made our terminal non-blocking; shells and ssh do.
      pollfd ready{descriptor, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      gone = true;
    }
  }
}

}  // namespace trace::cli
