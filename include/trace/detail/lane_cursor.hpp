// SPDX-License-Identifier: Apache-2.0
// LaneCursor: where the calling thread's next event goes, and the fast path of record(). The fast
// path requires that the node has recorded before, that the thread has recorded from this call site
// before, that the slab has room, and that the session admits the event. Everything else takes the
// slow path, record_values() in record.hpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <trace/detail/event_record.hpp>
#include <trace/detail/site_table.hpp>
#include <trace/detail/stamp.hpp>
#include <trace/detail/values.hpp>
#include <trace/event.hpp>
#include <trace/export.hpp>

namespace trace::detail {
namespace secrets {
class Secrets;
}
namespace session {
struct NodeState;
}

inline constexpr std::size_t cache_line = 64;
// A few events ahead: a recycled slab's lines are in the cache of the shipper's core, and its pages
// have been evicted from the TLB.
inline constexpr std::size_t fetch_ahead = 8 * cache_line;

// A hint only: any address is valid. Where GCC may not assume prefetchw, __builtin_prefetch()
// becomes a plain prefetch, which leaves the line with the other core.
inline void fetch_for_writing(const std::byte* at) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*at));
#else
  __builtin_prefetch(at, 1);
#endif
}

// What a session admits on the fast path. It lies in a page that is zero in a child of fork(), so
// nothing is admitted there.
struct Admission {
  std::atomic<std::uint32_t> own_process;
  // Bit n: events of this type and Level n. The next four bits: those without text that may contain
  // a secret; all of them while there are no secrets.
  std::atomic<std::uint32_t> progress;
  static constexpr unsigned without_text = 4;

  template <bool has_text = true>
  bool admits(Level level) const noexcept {
    constexpr unsigned first = has_text ? 0 : without_text;
    return ((progress.load(std::memory_order_relaxed) >> (first + static_cast<unsigned>(level))) &
            1U) != 0;
  }
};

// State of a node's dropped events that are not yet reported in its stream.
enum class LossState : std::uint8_t { none, changing, losing, resumed };

// The part of a node's state that record() needs; see sdk/session/node_bases.hpp.
struct NodeBase {
  // That of its session, once the session's tables contain the node; until then null.
  std::atomic<const Admission*> admission{nullptr};
  std::uint32_t number = 0;  // in the session, as that of the run
  std::uint32_t run_number = 0;
  std::atomic<LossState> loss_state{LossState::none};
  session::NodeState* state = nullptr;
};

// The base of Lane. One thread at a time, except for the atomics.
struct LaneCursor {
  const Admission* admission = nullptr;
  const secrets::Secrets* secrets = nullptr;
  std::byte* at = nullptr;
  std::byte* end = nullptr;
  std::byte* data = nullptr;  // start of the slab's payload
  std::atomic<std::uint64_t>* word = nullptr;
  std::uint64_t generation = 0;
  StampSource source = StampSource::monotonic;
  std::atomic<bool> busy{false};  // inside record(); close() waits for it
  std::atomic<std::uint64_t> accepted{0};
  std::uint64_t* sequences = nullptr;  // the last one of each run
  SiteTable sites;

  // Publishes everything up to `to` with one release store, and counts the event.
  void publish(std::byte* to, std::uint64_t* sequence) noexcept {
    at = to;
    ++*sequence;
    word->store(generation | static_cast<std::uint64_t>(to - data), std::memory_order_release);
    accepted.store(accepted.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

// State of the calling thread. Trivial, so that it may be used in a signal handler and during the
// thread's destruction.
struct ThisThread {
  // The lane in the session that it last recorded for; null before its first record() and at its
  // end.
  LaneCursor* lane = nullptr;
  // Inside record(). A nested one comes from a signal handler: it must neither wait for locks nor
  // end a session whose lane is in use.
  bool is_recording = false;
  bool is_ending = false;
};
extern constinit thread_local SHIPTRACE_API ThisThread this_thread;

// Whether a text contains none of the secrets. Called while the lane is busy, which keeps what it
// reads. `to`: where the text will be copied to; that of a long text is fetched meanwhile.
SHIPTRACE_API bool is_clean(const secrets::Secrets& secrets, std::string_view text, TextSort sort,
                            const std::byte* to) noexcept;

// `to`: where the value will be stored; moved beyond it.
template <class S>
inline bool is_clean_value(const secrets::Secrets& secrets, const S& value,
                           const std::byte*& to) noexcept {
  [[maybe_unused]] const std::byte* const here = to;
  to += stored_bytes(value);
  if constexpr (std::is_same_v<S, std::string_view>) {
    return is_clean(secrets, value, TextSort::whole, here);
  } else if constexpr (std::is_same_v<S, Json>) {
    return is_clean(secrets, value.text, TextSort::json, here);
  } else {
    return true;
  }
}

// The fast path. Returns false, with no effect, if the event has to take the slow path. Inlined
// always: it needs half as many instructions where the compiler knows the call site.
template <Texts texts, class... V>
[[gnu::always_inline]] inline bool record_fast_path(const NodeBase* node, Type type, Level level,
                                                    const Site& site, std::uint16_t parts,
                                                    const V&... values) noexcept {
  if (type != Type::progress || node == nullptr || this_thread.lane == nullptr ||
      this_thread.is_recording) [[unlikely]] {
    return false;
  }
  this_thread.is_recording = true;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  LaneCursor* const lane = this_thread.lane;
  lane->busy.store(true, std::memory_order_relaxed);
  // Compiler barrier: nothing below may move above. For the processor see
  // Lanes::wait_until_quiet().
  std::atomic_signal_fence(std::memory_order_seq_cst);
  const SiteEntry* const site_entry = lane->sites.find(site);
  const std::size_t bytes = padded((sizeof(EventRecord) + ... + stored_bytes(values)));
  // Redacted texts are not searched again.
  constexpr bool has_text = texts == Texts::raw && (is_stored_text<V> || ...);
  bool admitted = lane->admission->admits<false>(level) && site_entry != nullptr &&
                  static_cast<std::size_t>(lane->end - lane->at) >= bytes;
  // rdtscp waits for earlier instructions. The search comes later; so does the node, which among
  // many is in no near cache.
  const std::uint64_t stamp = admitted ? stamp_now(lane->source) : 0;
  admitted = admitted && node->admission.load(std::memory_order_acquire) == lane->admission &&
             node->loss_state.load(std::memory_order_relaxed) != LossState::losing;
  if constexpr (has_text) {
    if (admitted && !lane->admission->admits<true>(level)) {
      const std::byte* to = lane->at + sizeof(EventRecord);
      // What was cut may end in a part of a secret.
      admitted = parts == 0 && (is_clean_value(*lane->secrets, values, to) && ...);
    }
  }
  if (admitted) [[likely]] {
    std::byte* const at = lane->at;
    fetch_for_writing(at + fetch_ahead);
    fetch_for_writing(at + fetch_ahead + cache_line);
    std::uint64_t* const sequence = lane->sequences + node->run_number;
    [[maybe_unused]] std::byte* to = write_event_record(
        at, bytes, static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(level), stamp,
        *sequence + 1, node->number, site_entry->number, parts);
    (store(to, values), ...);
    lane->publish(at + bytes, sequence);
  }
  lane->busy.store(false, std::memory_order_release);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  this_thread.is_recording = false;
  return admitted;
}

}  // namespace trace::detail
