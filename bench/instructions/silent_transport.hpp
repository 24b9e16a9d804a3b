// SPDX-License-Identifier: Apache-2.0
// silent_session(): a session for counting instructions, whose backend accepts nothing. One thread.
#pragma once

#include <trace/trace.hpp>

#include <condition_variable>
#include <mutex>

namespace trace::bench {

// Keeps the shipper in its first send until the end.
class SilentTransport final : public Transport {
 public:
  SendResult send(const Batch&, std::chrono::steady_clock::time_point) noexcept override {
    std::unique_lock lock(mutex_);
    interrupted_.wait(lock, [&] { return ended_; });
    SendResult result;
    result.kind = SendResult::Kind::interrupted;
    return result;
  }
  void interrupt() noexcept override {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    interrupted_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable interrupted_;
  bool ended_ = false;
};

inline Result<Session> silent_session() {
  Config config;
  // Nowhere: the journal is in memory. valgrind cannot follow the mapping of the file.
  config.journal_dir = "/proc/shiptrace";
  config.on_diagnostic = [](const Diagnostic&) {};
  Dependencies dependencies;
  dependencies.transport = std::make_unique<SilentTransport>();
  return Session::start(std::move(config), std::move(dependencies));
}

}  // namespace trace::bench
