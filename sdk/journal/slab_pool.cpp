#include "journal/slab_pool.hpp"

#include <algorithm>
#include <limits>

namespace trace::detail {
namespace {

constexpr std::uint32_t bytes_of(SlabSize size) noexcept {
  return size == SlabSize::small ? small_slab_bytes : large_slab_bytes;
}
SlabSize size_of(const Slab& slab) noexcept {
  return slab.bytes == small_slab_bytes ? SlabSize::small : SlabSize::large;
}
// Room for this many slabs before a queue has to allocate.
constexpr std::size_t preallocated = 4096;

}  // namespace

SlabPool::SlabPool(JournalFile& file, std::uint64_t budget)
    : file_(file),
      budget_(budget),
      small_(preallocated),
      large_(preallocated),
      opened_(preallocated),
      used_(preallocated) {}

Slab* SlabPool::take(SlabSize size) noexcept {
  Slab* slab = nullptr;
  if (!ready(size).try_dequeue(slab)) {
    const std::lock_guard lock(grow_mutex_);
    // Somebody may have come first; what came back but was not recycled is nearer than the disk.
    while (used_.try_dequeue(slab)) {
      slab->reset();
      ready(size_of(*slab)).enqueue(slab);
    }
    if (!ready(size).try_dequeue(slab)) {
      const std::vector<Slab*> grown = grow(size, 1);
      if (grown.empty()) return nullptr;
      mapped_by_producers_.fetch_add(1, std::memory_order_relaxed);
      slab = grown.front();
      slab->reset();
    }
  }
  taken_.fetch_add(1, std::memory_order_relaxed);
  note_used(slab->bytes);
  return slab;
}

Slab* SlabPool::take_or_wait(SlabSize size) noexcept {
  for (;;) {
    if (Slab* slab = take(size)) return slab;
    std::unique_lock lock(wait_mutex_);
    if (released_) return nullptr;
    waiters_.fetch_add(1);
    // Bounded, because a slab may have come back between take() and here.
    came_back_.wait_for(lock, std::chrono::milliseconds(10));
    waiters_.fetch_sub(1);
  }
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
  used_percent_.store(
      static_cast<unsigned>(static_cast<std::uint64_t>(std::max<std::int64_t>(used, 0)) * 100 /
                            budget_),
      std::memory_order_relaxed);
}

std::vector<Slab*> SlabPool::grow(SlabSize size, std::uint64_t count) noexcept {
  const std::uint32_t bytes = bytes_of(size);
  const std::uint64_t taken = file_.bytes();
  const std::uint64_t room = budget_ > taken ? (budget_ - taken) / bytes : 0;
  const auto fitting = static_cast<std::uint32_t>(std::min(count, room));
  std::vector<Slab*> grown;
  if (fitting == 0) return grown;
  try {
    grown.reserve(fitting);
    std::byte* base = file_.add_extent(bytes, fitting);
    if (base == nullptr) return grown;
    for (std::uint32_t i = 0; i < fitting; ++i) {
      Slab& slab = slabs_.emplace_back();
      slab.base = base + std::size_t{i} * bytes;
      slab.bytes = bytes;
      grown.push_back(&slab);
    }
  } catch (...) {  // no memory for more handles; what was made is used
  }
  return grown;
}

bool SlabPool::replenish(std::size_t reserve_large, std::size_t reserve_small) noexcept {
  bool worked = false;
  Slab* slab = nullptr;
  while (used_.try_dequeue(slab)) {
    // Writeback has made clean pages of dirty ones: without this the next writer faults on each.
    populate(slab->base, slab->bytes);
    slab->reset();
    ready(size_of(*slab)).enqueue(slab);
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
    for (Slab* each : grown) {
      populate(each->base, each->bytes);
      each->reset();
      ready(size).enqueue(each);
    }
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

}  // namespace trace::detail
