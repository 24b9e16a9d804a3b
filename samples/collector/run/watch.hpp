// SPDX-License-Identifier: Apache-2.0
// Watch: what happens to runs because time passes. A worker says with its envelopes that it lives
// (the member "session"); one that was not heard of for too long is lost, and so are its running
// nodes until it is heard of again. A run in which nothing happens has its verdict after a quiet
// time (run/status.hpp). Time in which nobody looked, and nobody could be heard, does not count.
// Any store thread; throws StoreError.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>
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
  Watch(store::Store& store, const WatchTimes& times)
      : store_(store), times_(times), last_look_(milliseconds_now()), heard_since_(last_look_) {}

  const QuietTimes& quiet_times() const noexcept { return times_.quiet; }
  // Between looks: short enough for the shortest time, at most a second.
  std::chrono::milliseconds interval() const noexcept {
    const auto shortest = std::min({times_.quiet.quiet, times_.quiet.abandon, times_.worker});
    return std::clamp(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
  }

  // The worker of this session lives. Adds the runs that this changed to `changed`, also if it
  // throws.
  void hear(const std::string& session, std::int64_t now_ms, std::vector<std::string>& changed);
  // Finds the workers that are lost and the runs whose verdict is due. Likewise. Call it at
  // intervals.
  void look(std::int64_t now_ms, std::vector<std::string>& changed);

 private:
  void note_look(std::int64_t now_ms);
  // False if the worker has more nodes in that phase than are moved at a time.
  bool move_nodes(const std::string& session, store::NodePhase from, std::int64_t now_ms,
                  std::vector<std::string>& changed);

  store::Store& store_;
  const WatchTimes times_;
  std::mutex mutex_ = {};
  std::int64_t last_look_;
  std::int64_t heard_since_;  // whoever is silent was not heard since then, or longer
  // By session: the latest lease that was stored. Each is a transaction.
  std::unordered_map<std::string, std::int64_t> stored_ = {};
  std::set<std::string> found_ = {};  // workers with more nodes to find
};

}  // namespace trace::collector::run
