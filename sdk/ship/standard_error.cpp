// SPDX-License-Identifier: Apache-2.0
#include <trace/detail/standard_error.hpp>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>

namespace trace::detail {

void write_to_stderr(std::string_view text) noexcept {
  constexpr int patience_ms = 1000;
  while (!text.empty()) {
    pollfd ready{STDERR_FILENO, POLLOUT, 0};
    const int found = ::poll(&ready, 1, patience_ms);
    if (found < 0 && errno == EINTR) continue;
    if (found <= 0) return;
    // A writable pipe has room for this much.
    const std::string_view piece = text.substr(0, std::min<std::size_t>(text.size(), PIPE_BUF));
    const ssize_t written = ::write(STDERR_FILENO, piece.data(), piece.size());
    if (written < 0 && errno != EINTR && errno != EAGAIN) return;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace trace::detail
