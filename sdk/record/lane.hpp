// SPDX-License-Identifier: Apache-2.0
// Lane: one thread's place in a session: its open slab, the call sites that it knows, its sequence
// per run.
// Owned by one thread at a time; other threads see only what the slab's commit word publishes.
// Lanes holds those of a session: after a thread's end the next thread reuses its lane, with slab
// and numbering.
#pragma once

#include <trace/record.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <vector>

#include <trace/detail/lane_cursor.hpp>

#include "journal/slab_pool.hpp"
#include "journal/tables.hpp"

namespace trace::detail::record {

// The part of an event's identity that a lane needs; the strings belong to the node's state.
struct NodeRef {
  std::uint32_t number = 0;  // unique in the session
  // The journal's tables contain it, so that its number is enough; otherwise slabs define it.
  bool is_in_tables = false;
  std::uint32_t run = 0;
  std::string_view run_id;
  std::string_view node_id;
};

class Lane : public LaneCursor {
 public:
  enum class Failure : std::uint8_t { none, no_slab, too_large };
  // What to do when the pool has no slab.
  enum class WhenEmpty : std::uint8_t { refuse, wait, exceed_budget };

  // Allocates the lane's tables; throws std::bad_alloc. `tables`: of the journal; null if its slabs
  // define all call sites.
  Lane(journal::SlabPool& pool, journal::Tables* tables, std::uint32_t number, StampSource stamps,
       WhenEmpty when_empty);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  std::uint32_t number() const noexcept { return number_; }

  // Reserves space for one event with its definitions and writes its header; returns the payload's
  // address, or null with `failure`. Followed by publish().
  std::byte* reserve(const NodeRef& node, const Site& site, Type type, Level level,
                     std::uint16_t parts, std::size_t payload_bytes, Failure& failure) noexcept;

  // Publishes the reserved event.
  void publish() noexcept { LaneCursor::publish(end_of_record_, sequence_); }

  // The sequence of the last published event of the run; 0: none.
  std::uint64_t last_sequence(std::uint32_t run) const noexcept { return sequences[run]; }
  // The sequence of the reserved event.
  std::uint64_t reserved_sequence() const noexcept { return *sequence_ + 1; }

 private:
  bool open_slab(std::size_t needed) noexcept;
  // `either`: accepts a slab of the other size.
  journal::Slab* take(journal::SlabSize wanted, bool either) noexcept;
  // Null if the tables do not contain the call site.
  const SiteEntry* entry_of(const Site& site) noexcept;

  std::byte* end_of_record_ = nullptr;
  std::uint64_t* sequence_ = nullptr;  // of the reserved event's run
  // Definitions in the slab: how many, and the number of the last node.
  std::uint32_t defined_sites_ = 0;
  std::uint32_t defined_nodes_ = 0;
  std::uint32_t defined_node_ = 0;
  std::uint64_t truncations_ = 0;  // of the file, when the slab was opened

  journal::SlabPool& pool_;
  journal::Tables* const tables_;
  moodycamel::ProducerToken token_;
  journal::Slab* slab_ = nullptr;
  std::uint64_t ordinal_ = 0;
  const std::uint32_t number_;
  const WhenEmpty when_empty_;
};

// The lanes of a session, passed from threads that end to new ones, each with its slab and its
// numbering. Thread-safe; used once per thread and session.
class Lanes {
 public:
  // `tables`, `admission` and `secrets` outlive the lanes; the address of `admission` identifies
  // the session.
  Lanes(journal::SlabPool& pool, journal::Tables& tables, StampSource source,
        Lane::WhenEmpty when_empty, const Admission& admission, const secrets::Secrets& secrets)
      : pool_(pool),
        tables_(tables),
        source_(source),
        when_empty_(when_empty),
        admission_(admission),
        secrets_(secrets) {}

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
  journal::Tables& tables_;
  const StampSource source_;
  const Lane::WhenEmpty when_empty_;
  const Admission& admission_;
  const secrets::Secrets& secrets_;
  mutable std::mutex mutex_;
  std::deque<Lane> lanes_;
  std::vector<Lane*> free_;
  std::mutex shared_mutex_;
  std::atomic<Lane*> shared_{nullptr};
};

}  // namespace trace::detail::record
