// SPDX-License-Identifier: Apache-2.0
#include "ship/diagnostics.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>
#include <trace/detail/standard_error.hpp>

#include <algorithm>
#include <cerrno>
#include <climits>

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

namespace ship {

bool Diagnostics::report(std::string_view reason, std::string_view text) noexcept try {
  {
    const std::lock_guard lock(mutex_);
    const time::Steady::time_point now = clock_.now();
    const auto last = last_.find(reason);
    if (last != last_.end() && now - last->second < std::chrono::minutes(1)) return false;
    last_.insert_or_assign(std::string(reason), now);
  }
  deliver(reason, text);
  return true;
} catch (...) {  // a diagnostic must never harm the program
  return false;
}

void Diagnostics::report_final(std::string_view reason, std::string_view text) noexcept try {
  deliver(reason, text);
} catch (...) {
}

void Diagnostics::deliver(std::string_view reason, std::string_view text) {
  if (callback_) return callback_({reason, text});
  write_to_stderr(fmt::format("shiptrace: {}: {}\n", reason, text));
}

}  // namespace ship
}  // namespace trace::detail
