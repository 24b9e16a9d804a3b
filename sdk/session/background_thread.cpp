// SPDX-License-Identifier: Apache-2.0
#include <trace/detail/background_thread.hpp>

#include <pthread.h>

namespace trace::detail {

AsynchronousSignalsBlocked::AsynchronousSignalsBlocked() noexcept {
  sigset_t asynchronous;
  sigfillset(&asynchronous);
  for (const int own : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGSYS}) {
    sigdelset(&asynchronous, own);
  }
  // Sets the whole mask: if the caller blocks SIGBUS, our thread must not inherit that.
  pthread_sigmask(SIG_SETMASK, &asynchronous, &before_);
}

AsynchronousSignalsBlocked::~AsynchronousSignalsBlocked() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

BackgroundThread::BackgroundThread(const char* name, std::function<void()> body) {
  const AsynchronousSignalsBlocked blocked;
  thread_ = std::thread(std::move(body));
  pthread_setname_np(thread_.native_handle(), name);
}

}  // namespace trace::detail
