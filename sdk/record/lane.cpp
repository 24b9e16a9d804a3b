// SPDX-License-Identifier: Apache-2.0
#include "record/lane.hpp"

#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <new>
#include <thread>

namespace trace::detail::record {

namespace {

constexpr std::size_t sequences_bytes = std::size_t{journal::max_runs} * sizeof(std::uint64_t);
constexpr std::size_t tables_bytes = sequences_bytes + SiteTable::bytes;

// A slab that filled sooner than this belongs to a busy thread. In ticks of any plausible clock
// (1 to 5 GHz) it is some tens of milliseconds.
constexpr std::uint64_t busy_ticks = 100'000'000;

}  // namespace

Lane::Lane(journal::SlabPool& pool, journal::Tables* tables, std::uint32_t number,
           StampSource stamps, WhenEmpty when_empty)
    : pool_(pool),
      tables_(tables),
      token_(pool.producer_token()),
      number_(number),
      when_empty_(when_empty) {
  source = stamps;
  void* pages = mmap(nullptr, tables_bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  sequences = static_cast<std::uint64_t*>(pages);  // max_runs of them, zero pages until touched
  sites = SiteTable(static_cast<std::byte*>(pages) + sequences_bytes);
}

Lane::~Lane() { munmap(sequences, tables_bytes); }

journal::Slab* Lane::take(journal::SlabSize wanted, bool either) noexcept {
  const journal::SlabSize other =
      wanted == journal::SlabSize::small ? journal::SlabSize::large : journal::SlabSize::small;
  for (;;) {
    journal::Slab* slab = pool_.take(wanted);
    if (slab == nullptr && either) slab = pool_.take(other);
    if (slab != nullptr) return slab;
    if (when_empty_ == WhenEmpty::exceed_budget) return pool_.take_beyond_budget(wanted);
    if (when_empty_ == WhenEmpty::refuse || !pool_.wait_for_return()) return nullptr;
  }
}

bool Lane::open_slab(std::size_t needed) noexcept {
  const std::uint64_t now = stamp_now(source);
  const bool fits_small = needed <= journal::small_slab_bytes - sizeof(journal::SlabHeader);
  const bool busy_thread = slab_ != nullptr && now - slab_->header().opened_stamp < busy_ticks;
  // If space is short, lanes must not hold large slabs while others wait.
  const bool wants_large = busy_thread && pool_.used_percent() < 50;
  journal::Slab* next = take(
      wants_large || !fits_small ? journal::SlabSize::large : journal::SlabSize::small, fits_small);
  if (next == nullptr) return false;
  next->open(number_, ++ordinal_, now);
  pool_.announce(token_, next);
  // Of a truncated file the definitions may be lost: they are added again.
  if (next->truncations != truncations_) {
    sites.clear();
    truncations_ = next->truncations;
  }
  // Only now: a reader that finds the slab closed must be able to find its successor.
  if (slab_ != nullptr) slab_->close();
  slab_ = next;
  data = at = next->data();
  end = data + next->capacity();
  word = &next->header().word;
  generation = next->generation;
  defined_sites_ = 0;
  defined_nodes_ = 0;
  return true;
}

const SiteEntry* Lane::entry_of(const Site& site) noexcept {
  const SiteEntry* known = sites.find(site);
  if (known != nullptr || tables_ == nullptr) return known;
  const std::optional<std::uint32_t> number = tables_->try_add_site(site);
  return number ? &sites.add(site, *number) : nullptr;
}

std::byte* Lane::reserve(const NodeRef& node, const Site& site, Type type, Level level,
                         std::uint16_t parts, std::size_t payload_bytes,
                         Failure& failure) noexcept {
  const std::size_t bytes = padded(sizeof(EventRecord) + payload_bytes);
  const std::size_t node_bytes =
      node.is_in_tables ? 0 : journal::definition_bytes(node.run_id, node.node_id);
  const SiteEntry* known_site = entry_of(site);
  const auto needed = [&] {
    return bytes + node_bytes + (known_site != nullptr ? 0 : journal::definition_bytes(site));
  };
  while (static_cast<std::size_t>(end - at) < needed()) {
    if (needed() > journal::large_slab_bytes - sizeof(journal::SlabHeader)) {
      failure = Failure::too_large;
      return nullptr;
    }
    if (!open_slab(needed())) {
      failure = Failure::no_slab;
      return nullptr;
    }
    known_site = entry_of(site);  // open_slab() may have cleared the table
  }
  std::uint32_t node_index = node.number;
  if (!node.is_in_tables) {
    if (defined_nodes_ == 0 || defined_node_ != node.number) {
      at = journal::define_node(at, defined_nodes_++, node.run, node.run_id, node.node_id);
      defined_node_ = node.number;
    }
    node_index = node_of_slab | (defined_nodes_ - 1);
  }
  std::uint32_t site_index = 0;
  if (known_site != nullptr) {
    site_index = known_site->number;
  } else {
    // Not looked up, because few events need it.
    site_index = site_of_slab | defined_sites_;
    at = journal::define_site(at, site, defined_sites_++);
  }
  sequence_ = sequences + node.run;
  end_of_record_ = at + bytes;
  return write_event_record(at, bytes, static_cast<std::uint8_t>(type),
                            static_cast<std::uint8_t>(level), stamp_now(source), *sequence_ + 1,
                            node_index, site_index, parts);
}

Lane& Lanes::acquire() {
  const std::lock_guard lock(mutex_);
  if (!free_.empty()) {
    Lane& lane = *free_.back();
    free_.pop_back();
    return lane;
  }
  Lane& lane = lanes_.emplace_back(pool_, &tables_, static_cast<std::uint32_t>(lanes_.size()),
                                   source_, when_empty_);
  lane.admission = &admission_;
  lane.secrets = &secrets_;
  free_.reserve(lanes_.size());  // so that release() does not allocate
  return lane;
}

void Lanes::release(Lane& lane) {
  const std::lock_guard lock(mutex_);
  free_.push_back(&lane);
}

Lane& Lanes::lock_shared() {
  std::unique_lock lock(shared_mutex_);
  if (shared_ == nullptr) shared_ = &acquire();
  lock.release();
  return *shared_;
}

std::uint64_t Lanes::accepted() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const Lane& lane : lanes_) sum += lane.accepted.load(std::memory_order_relaxed);
  return sum;
}

bool Lanes::wait_until_quiet(std::chrono::steady_clock::time_point deadline) const {
  // Producers order "busy" before reading "closed" by program order only; this is the barrier for
  // both sides.
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0 &&
      (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) != 0 ||
       syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)) {
    syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
  }
  const std::lock_guard lock(mutex_);
  for (const Lane& lane : lanes_) {
    while (lane.busy.load(std::memory_order_acquire)) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      std::this_thread::yield();
    }
  }
  return true;
}

}  // namespace trace::detail::record
