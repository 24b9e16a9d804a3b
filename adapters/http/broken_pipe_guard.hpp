// SPDX-License-Identifier: Apache-2.0
// BrokenPipeGuard: keeps SIGPIPE from the host while this thread writes to a peer that may be gone.
// Used by Connection.
//
// A TLS library writes without MSG_NOSIGNAL, and the SDK must not change the process's signal
// dispositions. While the guard lives the signal is blocked for this thread, to which the kernel
// sends it; one that our writes raised is removed before the mask is restored.
#pragma once

#include <cerrno>
#include <csignal>
#include <ctime>

namespace trace::http {

class BrokenPipeGuard {
 public:
  BrokenPipeGuard() noexcept {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    // One that was pending before is the host's.
    theirs_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~BrokenPipeGuard() {
    constexpr timespec at_once{};
    if (!theirs_) {
      int taken = 0;
      do {
        taken = sigtimedwait(&pipe_, nullptr, &at_once);
      } while (taken == SIGPIPE || (taken == -1 && errno == EINTR));
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  BrokenPipeGuard(const BrokenPipeGuard&) = delete;
  BrokenPipeGuard& operator=(const BrokenPipeGuard&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool theirs_ = false;
};

}  // namespace trace::http
