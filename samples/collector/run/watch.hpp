// SPDX-License-Identifier: Apache-2.0
// Watch: what happens to runs because time passes. A worker says with its envelopes that it lives
// (the member "session"); one that was not heard of for too long is lost, and so are its running
// nodes until it is heard of again. A run in which nothing happens has its verdict after a quiet
// time (run/status.hpp). Any store thread; throws StoreError.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "collector/run/status.hpp"
#include "collector/store/store.hpp"

namespace trace::collector::run {

struct WatchTimes {
  QuietTimes quiet = {};
  std::chrono::milliseconds worker{std::chrono::seconds(60)};  // then a silent one is lost
};

class Watch {
 public:
  Watch(store::Store& store, const WatchTimes& times) : store_(store), times_(times) {}

  const QuietTimes& quiet_times() const noexcept { return times_.quiet; }
  // Between looks: short enough for the shortest time, at most a second.
  std::chrono::milliseconds interval() const noexcept {
    const auto shortest = std::min({times_.quiet.quiet, times_.quiet.abandon, times_.worker});
    return std::clamp(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
  }

  // The worker of this session lives. Returns the runs that this changed.
  std::vector<std::string> hear(const std::string& session, std::int64_t now_ms);
  // Finds the workers that are lost and the runs whose verdict is due. Returns the runs that
  // changed. Call it at intervals.
  std::vector<std::string> look(std::int64_t now_ms);

 private:
  void move_nodes(const std::string& session, store::NodePhase from, std::int64_t now_ms,
                  std::vector<std::string>& changed);

  store::Store& store_;
  const WatchTimes times_;
  std::mutex mutex_ = {};
  // By session: the latest lease that was stored. Each is a transaction.
  std::unordered_map<std::string, std::int64_t> stored_ = {};
};

}  // namespace trace::collector::run
