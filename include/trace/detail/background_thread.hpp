// SPDX-License-Identifier: Apache-2.0
// BackgroundThread: a thread of the SDK, which runs no signal handler of the host. All threads of
// the SDK, its adapters and the CLI are BackgroundThreads. Not thread-safe.
//
// Asynchronous signals are blocked: they are for the host's threads. The synchronous ones (SIGBUS,
// SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGSYS) are not, because the kernel kills the process when a
// thread raises one that it blocks: a truncated journal raises SIGBUS in the thread that records,
// and only an unblocked one reaches the handler that repairs it (docs/decisions/0010).
#pragma once

#include <csignal>
#include <functional>
#include <thread>

#include <trace/export.hpp>

namespace trace::detail {

// Blocks the asynchronous signals, and no others, in the calling thread during its lifetime.
// Threads and processes that are started meanwhile inherit that.
class SHIPTRACE_API AsynchronousSignalsBlocked {
 public:
  AsynchronousSignalsBlocked() noexcept;
  ~AsynchronousSignalsBlocked();
  AsynchronousSignalsBlocked(const AsynchronousSignalsBlocked&) = delete;
  AsynchronousSignalsBlocked& operator=(const AsynchronousSignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

class SHIPTRACE_API BackgroundThread {
 public:
  BackgroundThread() noexcept = default;
  // `name`: at most 15 characters, shown by ps and debuggers. Throws std::system_error if no thread
  // can be created, std::bad_alloc if there is no memory.
  BackgroundThread(const char* name, std::function<void()> body);
  BackgroundThread(BackgroundThread&&) noexcept = default;
  BackgroundThread& operator=(BackgroundThread&& other) noexcept {
    join();
    thread_ = std::move(other.thread_);
    return *this;
  }
  ~BackgroundThread() { join(); }

  // Waits until the body has returned; does nothing if there is none.
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  // The thread runs on; everything that it uses must belong to its body.
  void detach() { thread_.detach(); }

 private:
  std::thread thread_;
};

}  // namespace trace::detail
