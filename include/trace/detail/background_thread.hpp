// BackgroundThread: a thread of the SDK's own, which runs no handler of the host's signals. Every
// thread that the SDK, its adapters and the CLI start is one. One thread at a time.
//
// Asynchronous signals are blocked: they are for the host's threads. The synchronous ones (SIGBUS,
// SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGSYS) are not, because the kernel kills the process when a
// thread raises one that it blocks: a truncated journal raises SIGBUS in whichever thread records,
// and only an unblocked one reaches the handler that repairs it (docs/decisions/0010).
#pragma once

#include <csignal>
#include <functional>
#include <thread>

#include <trace/export.hpp>

namespace trace::detail {

// While it lives, the calling thread blocks the asynchronous signals and no others. Threads and
// processes that are started meanwhile inherit that.
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
  // `name`: at most 15 characters, for ps and debuggers. Throws std::system_error when the system
  // has no thread left, std::bad_alloc when it has no memory.
  BackgroundThread(const char* name, std::function<void()> body);
  BackgroundThread(BackgroundThread&&) noexcept = default;
  BackgroundThread& operator=(BackgroundThread&& other) noexcept {
    join();
    thread_ = std::move(other.thread_);
    return *this;
  }
  ~BackgroundThread() { join(); }

  // Waits until the body has returned; does nothing when there is none.
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  // Lets it run on without an owner: what it uses must be its own.
  void detach() { thread_.detach(); }

 private:
  std::thread thread_;
};

}  // namespace trace::detail
