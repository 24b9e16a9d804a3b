// SPDX-License-Identifier: Apache-2.0
#include "journal/slab_pool.hpp"

#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>

namespace trace::detail::journal {
namespace {

constexpr std::uint32_t bytes_of(SlabSize size) noexcept {
  return size == SlabSize::small ? small_slab_bytes : large_slab_bytes;
}
SlabSize size_of(const Slab& slab) noexcept {
  return slab.bytes == small_slab_bytes ? SlabSize::small : SlabSize::large;
}
// Well below the kernel's own (vm.dirty_writeback_centisecs: 5 s).
constexpr auto writeback_interval = std::chrono::seconds(1);
// Room for this many slabs before a queue has to allocate.
constexpr std::size_t preallocated = 4096;

// Writeback of a whole journal cleans its pages one after another, for some milliseconds.
constexpr int refaults_without_faults = 8;
constexpr std::size_t canary_bytes = 4096;

std::int64_t faults_of_this_thread() noexcept {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

}  // namespace

SlabPool::SlabPool(JournalFile& file, std::uint64_t budget)
    : SlabSource(file.truncation_count()),
      file_(file),
      budget_(file.directory(), budget),
      small_(preallocated),
      large_(preallocated),
      unfilled_small_(preallocated),
      unfilled_large_(preallocated),
      opened_(preallocated),
      used_(preallocated) {}

Slab* SlabPool::take(SlabSize size) noexcept {
  Slab* slab = nullptr;
  if (ready(size).try_dequeue(slab)) return note_taken(slab);
  // What came back but was not recycled is nearer than the disk.
  while (used_.try_dequeue(slab)) {
    slab->reset();
    ready(size_of(*slab)).enqueue(slab);
  }
  if (ready(size).try_dequeue(slab)) return note_taken(slab);
  slab = take_unfilled(size);
  if (slab == nullptr) return nullptr;
  mapped_by_producers_.fetch_add(1, std::memory_order_relaxed);
  // By faults: a write() waits while the keeper is in one, which may have lost its processor.
  populate(slab->base, slab->bytes);
  slab->populated = std::chrono::steady_clock::now();
  slab->reset();
  return note_taken(slab);
}

Slab* SlabPool::take_unfilled(SlabSize size) noexcept {
  Slab* slab = nullptr;
  if (unfilled(size).try_dequeue(slab)) return slab;
  const std::lock_guard lock(grow_mutex_);
  // Somebody may have come first.
  if (unfilled(size).try_dequeue(slab)) return slab;
  const std::vector<Slab*> grown = grow(size, 1);
  return grown.empty() ? nullptr : grown.front();
}

Slab* SlabPool::take_beyond_budget(SlabSize size) noexcept {
  if (Slab* slab = take(size)) return slab;
  std::vector<Slab*> grown;
  try {
    const std::lock_guard lock(grow_mutex_);
    if (!extend(size, 1, grown)) return nullptr;
  } catch (...) {
    return nullptr;
  }
  grown.front()->reset();
  return note_taken(grown.front());
}

Slab* SlabPool::note_taken(Slab* slab) noexcept {
  slab->truncations = file_.truncations();
  taken_.fetch_add(1, std::memory_order_relaxed);
  if (size_of(*slab) == SlabSize::large) large_taken_.fetch_add(1, std::memory_order_relaxed);
  note_used(slab->bytes);
  return slab;
}

bool SlabPool::wait_for_return() noexcept {
  std::unique_lock lock(wait_mutex_);
  if (released_) return false;
  waiters_.fetch_add(1);
  // Bounded, because a slab may have come back between take() and here.
  came_back_.wait_for(lock, std::chrono::milliseconds(10));
  waiters_.fetch_sub(1);
  return true;
}

bool SlabPool::reserve_beside(std::uint64_t bytes, const std::function<bool()>& take) {
  return budget_.reserve(bytes, bytes, file_.bytes(), [&](std::uint64_t) { return take(); });
}

void SlabPool::announce(const moodycamel::ProducerToken& token, Slab* slab) noexcept {
  // A full block makes enqueue allocate: once in some thousand slabs, never per event.
  if (!opened_.try_enqueue(token, slab)) opened_.enqueue(token, slab);
}

void SlabPool::give_back(Slab* slab) noexcept {
  note_used(-std::int64_t{slab->bytes});
  if (!used_.try_enqueue(slab)) used_.enqueue(slab);
}

void SlabPool::note_used(std::int64_t bytes) noexcept {
  const std::int64_t used = used_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  const std::uint64_t taken =
      static_cast<std::uint64_t>(std::max<std::int64_t>(used, 0)) + budget_.others();
  used_percent_.store(static_cast<unsigned>(taken * 100 / budget_.bytes()),
                      std::memory_order_relaxed);
}

void SlabPool::look_around() noexcept {
  try {
    budget_.look(file_.bytes());
  } catch (...) {  // no memory for names: the last look serves on
  }
  note_used(0);
}

bool SlabPool::kept(const Slab& slab) const noexcept { return file_.kept(slab.base, slab.bytes); }

bool SlabPool::warm(SlabSize size, std::uint64_t count, std::vector<Slab*>& grown) noexcept {
  std::vector<Slab*>& cold = cold_[static_cast<std::size_t>(size)];
  while (grown.size() < count && !cold.empty()) {
    if (!file_.restore(cold.back()->base, cold.back()->bytes)) return false;
    grown.push_back(cold.back());
    cold.pop_back();
  }
  return true;
}

bool SlabPool::extend(SlabSize size, std::uint64_t count, std::vector<Slab*>& grown) noexcept {
  if (count == 0) return true;
  const std::uint32_t bytes = bytes_of(size);
  std::byte* base = file_.add_extent(bytes, static_cast<std::uint32_t>(count));
  if (base == nullptr) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    Slab& slab = slabs_.emplace_back();
    slab.base = base + i * bytes;
    slab.bytes = bytes;
    grown.push_back(&slab);
  }
  return true;
}

std::vector<Slab*> SlabPool::grow(SlabSize size, std::uint64_t count) noexcept {
  const std::uint32_t bytes = bytes_of(size);
  std::vector<Slab*> grown;
  try {
    grown.reserve(count);
    budget_.reserve(count * bytes, bytes, file_.bytes(), [&](std::uint64_t room) {
      const std::uint64_t fitting = room / bytes;
      const bool done = warm(size, fitting, grown) && extend(size, fitting - grown.size(), grown);
      disk_is_full_.store(!done, std::memory_order_relaxed);
      return done;
    });
  } catch (...) {  // no memory for more handles; what was made is used
  }
  return grown;
}

bool SlabPool::trim(std::size_t reserve_large, std::size_t reserve_small) noexcept {
  constexpr int at_once = 16;
  const auto trim_size = [&](SlabSize size, std::size_t reserve) {
    const std::lock_guard lock(grow_mutex_);
    Slab* slab = nullptr;
    for (int i = 0; i < at_once; ++i) {
      if (ready(size).size_approx() <= 2 * reserve || !ready(size).try_dequeue(slab)) return false;
      if (!file_.discard(slab->base, slab->bytes)) {
        ready(size).enqueue(slab);
        return false;
      }
      if (slab == newest_ready_) newest_ready_ = nullptr;
      slab->populated = Slab::never;
      cold_[static_cast<std::size_t>(size)].push_back(slab);
    }
    return true;
  };
  try {
    const bool more_large = trim_size(SlabSize::large, reserve_large);
    const bool more_small = trim_size(SlabSize::small, reserve_small);
    return more_large || more_small;
  } catch (...) {  // no memory to remember a cold slab by: its space stays unused
    return false;
  }
}

void SlabPool::recycle(Slab& slab) {
  // Writeback makes clean pages of dirty ones, and the next writer faults on each. It comes every
  // some seconds: what goes around faster than that is still dirty.
  const auto now = std::chrono::steady_clock::now();
  if (now - slab.populated.load() >= writeback_interval) {
    populate(slab.base, slab.bytes);
    slab.populated = now;
  }
  make_ready(slab);
}

void SlabPool::make_ready(Slab& slab) {
  slab.reset();
  if (size_of(slab) == SlabSize::large) newest_ready_ = &slab;
  ready(size_of(slab)).enqueue(&slab);
}

void SlabPool::fill(SlabSize size) {
  std::array<Slab*, large_slab_bytes / small_slab_bytes> slabs;
  const std::uint32_t bytes = bytes_of(size);
  const std::size_t at_once = large_slab_bytes / bytes;
  while (const std::size_t count = unfilled(size).try_dequeue_bulk(slabs.begin(), at_once)) {
    for (std::size_t begin = 0; begin < count;) {
      // One write for slabs that follow each other.
      std::size_t end = begin + 1;
      while (end < count && slabs[end]->base == slabs[end - 1]->base + bytes) ++end;
      file_.fill(slabs[begin]->base, static_cast<std::uint32_t>((end - begin) * bytes));
      begin = end;
    }
    const auto now = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < count; ++i) {
      slabs[i]->populated = now;
      make_ready(*slabs[i]);
    }
  }
}

std::vector<Slab*> SlabPool::slabs_of_producers() {
  std::vector<Slab*> open;
  const std::lock_guard lock(grow_mutex_);
  for (Slab& slab : slabs_) {
    const bool has_pages = slab.populated.load() != Slab::never;
    if (!has_pages || slab.closed.load(std::memory_order_relaxed)) continue;
    open.push_back(&slab);
  }
  return open;
}

bool SlabPool::refault() noexcept try {
  // One page suffices: nobody else writes to it, so it faults if and only if it was written back.
  if (newest_ready_ == nullptr) return false;
  std::int64_t before = faults_of_this_thread();
  madvise(newest_ready_->base + newest_ready_->bytes - canary_bytes, canary_bytes,
          MADV_POPULATE_WRITE);
  if (faults_of_this_thread() != before) refaults_left_ = refaults_without_faults;
  if (refaults_left_ == 0) return false;
  before = faults_of_this_thread();
  // Changes no byte, unlike a store, so that producers may write meanwhile.
  for (Slab* slab : slabs_of_producers()) madvise(slab->base, slab->bytes, MADV_POPULATE_WRITE);
  refaults_left_ = faults_of_this_thread() == before ? refaults_left_ - 1 : refaults_without_faults;
  return true;
} catch (...) {  // no memory for the list: producers fault
  return false;
}

bool SlabPool::replenish(std::size_t reserve_large, std::size_t reserve_small) noexcept {
  bool worked = false;
  Slab* slab = nullptr;
  while (used_.try_dequeue(slab)) {
    recycle(*slab);
    worked = true;
    if (waiters_.load() > 0) came_back_.notify_all();
  }
  const auto top_up = [&](SlabSize size, std::size_t reserve) {
    const std::size_t ready_now = ready(size).size_approx();
    if (ready_now >= reserve) return;
    std::vector<Slab*> grown;
    {
      const std::lock_guard lock(grow_mutex_);
      // Each extent is a row of a bounded table: grow by a part of what there is, so that the
      // table lasts for any budget.
      const std::uint64_t part = file_.bytes() / 64 / bytes_of(size);
      grown = grow(size, std::min<std::uint64_t>(std::max(reserve - ready_now, part), 1024));
    }
    // Producers that find no slab ready take from this queue meanwhile.
    unfilled(size).enqueue_bulk(grown.begin(), grown.size());
    fill(size);
    worked = worked || !grown.empty();
  };
  top_up(SlabSize::small, reserve_small);
  top_up(SlabSize::large, reserve_large);
  return worked;
}

void SlabPool::release_waiters() noexcept {
  const std::lock_guard lock(wait_mutex_);
  released_ = true;
  came_back_.notify_all();
}

}  // namespace trace::detail::journal
