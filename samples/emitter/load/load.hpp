// SPDX-License-Identifier: Apache-2.0
// Load: threads that record events for one node as fast as they can, or at a given rate.
//
// The main thread creates, watches and joins it; its threads share only the node.
#pragma once

#include <trace/detail/background_thread.hpp>
#include <trace/session.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

#include "emitter/load/load_spec.hpp"
#include "emitter/load/returned_counts.hpp"

namespace trace::cli::load {

class Load {
 public:
  // Starts the threads. `node` and `returned` outlive the load.
  Load(const Node& node, LoadSpec spec, ReturnedCounts& returned);
  ~Load();  // stop() and join
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Makes each thread return after its current event.
  void stop() noexcept;
  // True when every thread has recorded its share, or gave up.
  bool finished() const noexcept { return running_.load() == 0; }
  // An event was refused; its thread has ended early.
  bool refused() const noexcept { return refused_.load(); }

 private:
  using Clock = std::chrono::steady_clock;
  void produce(std::size_t thread);
  void wait_until_due(std::size_t thread, std::uint64_t n);

  const Node& node_;
  const LoadSpec spec_;
  ReturnedCounts& returned_;
  const Clock::time_point start_ = Clock::now();
  std::atomic<bool> stop_{false};
  std::atomic<bool> refused_{false};
  std::atomic<std::size_t> running_;
  std::vector<detail::BackgroundThread> threads_;
};

}  // namespace trace::cli::load
