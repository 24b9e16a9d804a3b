// SPDX-License-Identifier: Apache-2.0
// RunRegistry: the runs of a session, numbered in the order in which they were opened. Producers'
// handles, the shipper and the acknowledgements all refer to a run by its RunInfo or its number.
// Entries live as long as the session. CancelList holds the callbacks for a run's cancellation.
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include <trace/session.hpp>

#include "journal/format.hpp"
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

// The shipper runs the callbacks when a response of the backend reports the cancellation; each runs
// at most once.
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

struct RunInfo {
  std::uint32_t number = 0;
  std::string id;
  RunSpec spec;
  CancelList cancellation;
};

class RunRegistry {
 public:
  // The entry of the id; null if the session has had `max_runs` runs. `created`: whether it is new.
  // A spec given later for a known run does not change it.
  RunInfo* open(std::string_view id, const RunSpec& spec, bool& created);

  // The entry of the id, or null.
  RunInfo* find(std::string_view id);
  // The entry of a run of a journal, by its number there; added if unknown. Its id may come from a
  // version that did not repair ids: it is repaired here.
  RunInfo& restore(std::uint32_t number, std::string_view id, const RunSpec& spec = {});
  // The runs with cancellation callbacks.
  std::vector<RunInfo*> awaiting_cancellation();

 private:
  RunInfo& add(std::uint32_t number, std::string_view id, const RunSpec& spec);

  std::mutex mutex_;
  std::deque<RunInfo> runs_;
  std::unordered_map<std::string_view, RunInfo*> by_id_;  // views into runs_
  std::unordered_map<std::uint32_t, RunInfo*> by_number_;
};

}  // namespace trace::detail::ship
