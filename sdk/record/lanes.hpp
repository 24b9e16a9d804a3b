// SPDX-License-Identifier: Apache-2.0
// Lanes: the lanes of a session, passed from threads that end to new ones, each with its slab and
// its numbering. Thread-safe; used once per thread and session.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "record/lane.hpp"

namespace trace::detail::record {

class Lanes {
 public:
  // `admission` outlives the lanes; its address identifies the session.
  Lanes(journal::SlabPool& pool, StampSource source, Lane::WhenEmpty when_empty,
        const Admission& admission)
      : pool_(pool), source_(source), when_empty_(when_empty), admission_(admission) {}

  // A lane that no thread owns; throws std::bad_alloc.
  Lane& acquire();
  void release(Lane& lane);

  // For threads whose thread-local storage is already destroyed: one lane for all of them, one at a
  // time. Throws std::bad_alloc.
  Lane& lock_shared();
  void unlock_shared() noexcept { shared_mutex_.unlock(); }
  bool is_shared(const Lane& lane) const noexcept {
    return &lane == shared_.load(std::memory_order_relaxed);
  }

  std::uint64_t accepted() const;
  // Waits until every record() that began before the call has ended; false at the deadline.
  bool wait_until_quiet(std::chrono::steady_clock::time_point deadline) const;

 private:
  journal::SlabPool& pool_;
  const StampSource source_;
  const Lane::WhenEmpty when_empty_;
  const Admission& admission_;
  mutable std::mutex mutex_;
  std::deque<Lane> lanes_;
  std::vector<Lane*> free_;
  std::mutex shared_mutex_;
  std::atomic<Lane*> shared_{nullptr};
};

}  // namespace trace::detail::record
