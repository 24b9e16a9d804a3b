// SPDX-License-Identifier: Apache-2.0
// CancelList: the callbacks for a run's cancellation. The shipper calls them when a response of the
// backend reports it; each runs at most once. Thread-safe.
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
  const std::uint32_t fork_count;  // in a child of fork() no thread calls it
};

class CancelList {
 public:
  // Calls back immediately, on this thread, if the run is already cancelled.
  std::shared_ptr<CancelCallback> subscribe(std::function<void()> call);
  // Runs every callback, on this thread.
  void announce();
  // True while there are callbacks and the run is not cancelled.
  bool awaited();

 private:
  std::mutex mutex_;
  bool cancelled_ = false;
  std::vector<std::weak_ptr<CancelCallback>> callbacks_;
};

}  // namespace trace::detail::ship
