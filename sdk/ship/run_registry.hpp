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
#include <memory_resource>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include <trace/session.hpp>

#include "journal/format.hpp"
#include "journal/live_files.hpp"
#include "ship/run_index.hpp"

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

// The cancellation of a run. Few runs have callbacks, so that the list is made when it is needed.
class Cancellation {
 public:
  Cancellation() = default;
  ~Cancellation() { delete list_.load(); }
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  // See CancelList.
  std::shared_ptr<CancelCallback> subscribe(std::function<void()> call) {
    return list().subscribe(std::move(call));
  }
  void announce() { list().announce(); }
  bool awaited() {
    CancelList* list = list_.load(std::memory_order_acquire);
    return list != nullptr && list->awaited();
  }

 private:
  CancelList& list();

  std::atomic<CancelList*> list_{nullptr};
};

// A session may have 65,536 runs: an entry is kept small.
struct RunInfo {
  std::uint32_t number = 0;
  std::uint32_t place = 0;  // BatchBuilder's: in the batch that it builds, or any number
  std::string_view id;      // in the registry, like `spec`
  const RunSpec* spec = nullptr;
  Cancellation cancellation;
  std::uint64_t finish_stamp = 0;  // the session's: of Run::finish(); 0: not finished
};

class RunRegistry {
 public:
  // The entry of the id; null if the session has had `max_runs` runs. `created`: whether it is new.
  // A spec given later for a known run does not change it.
  RunInfo* open(std::string_view id, const RunSpec& spec, bool& created);

  // The entry of the id, or null.
  RunInfo* find(std::string_view id);
  // The entry of a run of a journal, by its number there, which is less than `max_runs`; added if
  // unknown. Its id may come from a version that did not repair ids: it is repaired here.
  RunInfo& restore(std::uint32_t number, std::string_view id, const RunSpec& spec = {});
  // The runs with cancellation callbacks.
  std::vector<RunInfo*> awaiting_cancellation();

 private:
  RunInfo* known(std::string_view id);
  // Without an entry in by_id_.
  RunInfo& add(std::uint32_t number, std::string_view id, const RunSpec& spec);

  std::mutex mutex_;
  std::deque<RunInfo> runs_;  // by number; an entry without an id is free
  RunIndex by_id_;
  std::pmr::monotonic_buffer_resource ids_;
  std::deque<RunSpec> specs_;  // of the runs that have one
};

}  // namespace trace::detail::ship
