// SPDX-License-Identifier: Apache-2.0
// SlabPool: the slabs of a session. Producers take populated slabs, the shipper returns them, the
// keeper prepares them for reuse; all through lock-free queues, so that nothing blocks while there
// are slabs.
//
//   ready     keeper → producers   populated, empty
//   unfilled  keeper → producers   without pages; the keeper takes them itself to populate them,
//                                  and a producer does so that finds none ready
//   opened    producers → shipper  in the order in which each lane opened them
//   used      shipper → keeper     every event in them is resolved
//
// After a flood the keeper frees the space of surplus slabs; such cold slabs are reused first when
// the journal grows again.
//
// docs/decisions/0001-slabs-through-queues.md: why slabs and not events.
#pragma once

#include <concurrentqueue.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "journal/directory_budget.hpp"
#include "journal/file.hpp"
#include "journal/slab.hpp"

namespace trace::detail::journal {

using SlabQueue = moodycamel::ConcurrentQueue<Slab*>;

class SlabPool final : public SlabSource {
 public:
  // `file` outlives the pool. It grows as long as its directory holds less than `budget` bytes.
  SlabPool(JournalFile& file, std::uint64_t budget);

  // Producers. Null when the budget or the disk is exhausted.
  Slab* take(SlabSize size) noexcept;
  // Waits some milliseconds for a slab of any size to be returned; false once release_waiters() was
  // called.
  bool wait_for_return() noexcept;
  // Like take(), but limited by the disk only: for the few events that report losses.
  Slab* take_beyond_budget(SlabSize size) noexcept;
  void announce(const moodycamel::ProducerToken& token, Slab* slab) noexcept;
  moodycamel::ProducerToken producer_token() { return moodycamel::ProducerToken(opened_); }

  // Space for another file beside the journal: calls `take` if the budget has `bytes` left.
  bool reserve_beside(std::uint64_t bytes, const std::function<bool()>& take);

  // Shipper.
  bool next_opened(Slab*& slab) noexcept override { return opened_.try_dequeue(slab); }
  void give_back(Slab* slab) noexcept override;
  Slab* take_backlog_slab(SlabSize size) noexcept override { return take(size); }

  // Keeper: recycles returned slabs and keeps `reserve` large slabs ready, growing the file within
  // the budget. True if there was work.
  bool replenish(std::size_t reserve_large, std::size_t reserve_small) noexcept;

  // Keeper: writeback makes clean pages of dirty ones, and the next store into each faults. If that
  // has happened, makes the slabs that are ready or being filled writable again. True if it did.
  bool refault() noexcept;

  // Keeper: frees the space of surplus slabs, a few per call. True if there may be more.
  bool trim(std::size_t reserve_large, std::size_t reserve_small) noexcept;
  // Keeper: updates the size of the directory's other files.
  void look_around() noexcept;

  void release_waiters() noexcept;

  // The last slab was refused because of the disk, not because of the budget.
  bool disk_is_full() const noexcept { return disk_is_full_.load(std::memory_order_relaxed); }
  // 0 to 100: percentage of the budget that is not free for new slabs.
  unsigned used_percent() const noexcept { return used_percent_.load(std::memory_order_relaxed); }
  std::uint64_t mapped_by_producers() const noexcept {
    return mapped_by_producers_.load(std::memory_order_relaxed);
  }
  // Large slabs that wait for producers.
  std::uint64_t ready_now() const noexcept { return large_.size_approx(); }
  std::uint64_t unfilled_now() const noexcept {
    return unfilled_large_.size_approx() + unfilled_small_.size_approx();
  }
  // The keeper makes pages of new slabs.
  bool is_filling() const noexcept {
    return unfilled_large_.size_approx() + unfilled_small_.size_approx() > 0;
  }
  std::uint64_t taken() const noexcept { return taken_.load(std::memory_order_relaxed); }
  std::uint64_t large_taken() const noexcept {
    return large_taken_.load(std::memory_order_relaxed);
  }

 protected:
  bool kept(const Slab& slab) const noexcept override;

 private:
  SlabQueue& ready(SlabSize size) noexcept { return size == SlabSize::small ? small_ : large_; }
  SlabQueue& unfilled(SlabSize size) noexcept {
    return size == SlabSize::small ? unfilled_small_ : unfilled_large_;
  }
  Slab* take_unfilled(SlabSize size) noexcept;
  // Up to `count` more slabs, not populated, not queued; the caller holds grow_mutex_.
  std::vector<Slab*> grow(SlabSize size, std::uint64_t count) noexcept;
  bool warm(SlabSize size, std::uint64_t count, std::vector<Slab*>& grown) noexcept;
  bool extend(SlabSize size, std::uint64_t count, std::vector<Slab*>& grown) noexcept;
  void note_used(std::int64_t bytes) noexcept;
  Slab* note_taken(Slab* slab) noexcept;
  void recycle(Slab& slab);
  void make_ready(Slab& slab);
  // Populates the unfilled slabs.
  void fill(SlabSize size);
  std::vector<Slab*> slabs_of_producers();

  JournalFile& file_;
  DirectoryBudget budget_;
  SlabQueue small_;
  SlabQueue large_;
  SlabQueue unfilled_small_;
  SlabQueue unfilled_large_;
  SlabQueue opened_;
  SlabQueue used_;
  std::mutex grow_mutex_;
  std::deque<Slab> slabs_;  // owns the handles
  std::array<std::vector<Slab*>, 2> cold_;
  // Keeper only. Producers take this one last.
  Slab* newest_ready_ = nullptr;
  int refaults_left_ = 0;
  std::atomic<bool> disk_is_full_{false};
  std::atomic<std::int64_t> used_bytes_{0};
  std::atomic<unsigned> used_percent_{0};
  std::atomic<std::uint64_t> taken_{0};  // of any size
  std::atomic<std::uint64_t> large_taken_{0};
  std::atomic<std::uint64_t> mapped_by_producers_{0};

  std::mutex wait_mutex_;
  std::condition_variable came_back_;
  std::atomic<unsigned> waiters_{0};
  bool released_ = false;
};

}  // namespace trace::detail::journal
