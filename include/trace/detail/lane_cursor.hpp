// LaneCursor: where the calling thread's next event goes, and the usual way there: the thread has
// recorded in this slab for this node from this call site before, the slab has room, and nothing
// stands against the event. Everything else goes through reserve() and publish() of record.hpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <trace/detail/definition_cache.hpp>
#include <trace/detail/event_record.hpp>
#include <trace/detail/stamp.hpp>
#include <trace/detail/values.hpp>
#include <trace/event.hpp>
#include <trace/export.hpp>

namespace trace::detail {

inline constexpr std::size_t cache_line = 64;
// Some events ahead: a recycled slab's lines are in the cache of the shipper's core, and its pages
// fall out of the table of translations.
inline constexpr std::size_t fetch_ahead = 8 * cache_line;

// A hint only: any address will do. GCC makes a plain prefetch, which leaves the line with the
// other core, of __builtin_prefetch() where it may not assume the instruction.
inline void fetch_for_writing(const std::byte* at) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*at));
#else
  __builtin_prefetch(at, 1);
#endif
}

// What a session lets pass without a second look. It lies in a page that a child of fork() finds
// empty, so that nothing passes there.
struct Admission {
  std::atomic<std::uint32_t> own_process;
  // Bit n: events of this type and Level n. The four above: those of them that have no text, which
  // has to be looked through once there are secrets.
  std::atomic<std::uint32_t> progress;
  static constexpr unsigned without_text = 4;

  template <bool has_text = true>
  bool admits(Level level) const noexcept {
    constexpr unsigned first = has_text ? 0 : without_text;
    return ((progress.load(std::memory_order_relaxed) >> (first + static_cast<unsigned>(level))) &
            1U) != 0;
  }
};

// What became of events of a node that were refused and are not yet told of in its stream.
enum class LossState : std::uint8_t { none, changing, losing, resumed };

// What record() needs of a node; the base of its state.
struct NodeCore {
  std::uint64_t serial = 0;  // unique in the process; 0: the node was refused
  std::atomic<LossState> loss_state{LossState::none};
};

// The base of Lane. One thread at a time, except for what is atomic.
struct LaneCursor {
  const Admission* admission = nullptr;
  std::byte* at = nullptr;
  std::byte* end = nullptr;
  std::byte* data = nullptr;  // of the slab, for the length that is published
  std::atomic<std::uint64_t>* word = nullptr;
  std::uint64_t generation = 0;
  StampSource source = StampSource::monotonic;
  std::atomic<bool> busy{false};  // a record() is under way, which close() waits for
  std::atomic<std::uint64_t> accepted{0};
  DefinitionCache definitions;

  // Publishes what was written up to `to` by one release store, which also counts its sequence.
  void publish(std::byte* to, std::uint64_t* sequence) noexcept {
    at = to;
    ++*sequence;
    word->store(generation | static_cast<std::uint64_t>(to - data), std::memory_order_release);
    accepted.store(accepted.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

// What the calling thread records with. Trivial, so that a signal handler may read it, and so may
// whoever records at the thread's very end.
struct ThisThread {
  // Of the session that it recorded for last; null before its first record() and at its end.
  LaneCursor* lane = nullptr;
  // From the start of a record() to its end: a second one in between comes from a signal handler,
  // and must neither wait for locks nor end a session whose lane is in use.
  bool is_recording = false;
  bool is_ending = false;
};
extern constinit thread_local SHIPTRACE_API ThisThread this_thread;

// The usual way. False, with nothing done, when the event cannot go it.
template <class... V>
inline bool record_at_once(const NodeCore* node, Type type, Level level, const Site& site,
                           std::uint16_t parts, const V&... values) noexcept {
  if (type != Type::progress || node == nullptr || this_thread.lane == nullptr ||
      this_thread.is_recording) [[unlikely]] {
    return false;
  }
  this_thread.is_recording = true;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  LaneCursor* const lane = this_thread.lane;
  lane->busy.store(true, std::memory_order_relaxed);
  // The compiler must not move what follows before it; for the processor see
  // Lanes::wait_until_quiet().
  std::atomic_signal_fence(std::memory_order_seq_cst);
  const NodeEntry* const node_entry = lane->definitions.node(node->serial);
  const SiteEntry* const site_entry = lane->definitions.site(site);
  const std::size_t bytes = padded((sizeof(EventRecord) + ... + stored_bytes(values)));
  constexpr bool has_text = (is_stored_text<V> || ...);
  const bool usual = lane->admission->admits<has_text>(level) && node_entry != nullptr &&
                     site_entry != nullptr &&
                     node->loss_state.load(std::memory_order_relaxed) != LossState::losing &&
                     static_cast<std::size_t>(lane->end - lane->at) >= bytes;
  if (usual) [[likely]] {
    std::byte* const at = lane->at;
    fetch_for_writing(at + fetch_ahead);
    fetch_for_writing(at + fetch_ahead + cache_line);
    [[maybe_unused]] std::byte* to =
        write_event_record(at, bytes, static_cast<std::uint8_t>(type),
                           static_cast<std::uint8_t>(level), stamp_now(lane->source),
                           *node_entry->sequence + 1, node_entry->index, site_entry->index, parts);
    (store(to, values), ...);
    lane->publish(at + bytes, node_entry->sequence);
  }
  lane->busy.store(false, std::memory_order_release);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  this_thread.is_recording = false;
  return usual;
}

}  // namespace trace::detail
