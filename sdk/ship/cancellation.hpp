// CancelList: who wants to know that a run was cancelled. The shipper announces it once, when an
// answer of the backend says so; each callback runs at most once. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "journal/live_files.hpp"

namespace trace::detail::ship {

struct CancelCallback {
  explicit CancelCallback(std::function<void()> callback)
      : call(std::move(callback)), fork_count(journal::LiveFiles::fork_count()) {}

  // Runs the callback if it has not run and was not withdrawn.
  void run();
  // After this the callback neither runs nor is running, unless it is the caller itself.
  void withdraw();

  std::mutex mutex;  // held while the callback runs
  std::atomic<std::thread::id> runner{};
  std::function<void()> call;
  const std::uint32_t fork_count;  // a child of fork() has no thread that would call
};

class CancelList {
 public:
  // Calls back at once, on this thread, when the run is already cancelled.
  std::shared_ptr<CancelCallback> subscribe(std::function<void()> call);
  // Runs every callback, on this thread.
  void announce();
  // True while somebody waits and the run is not cancelled.
  bool awaited();

 private:
  std::mutex mutex_;
  bool cancelled_ = false;
  std::vector<std::weak_ptr<CancelCallback>> callbacks_;
};

}  // namespace trace::detail::ship
