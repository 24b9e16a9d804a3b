// SPDX-License-Identifier: Apache-2.0
// Slab: a piece of the mapped journal that one thread at a time appends to. This is the
// in-process handle; the bytes are described in journal/format.hpp. Handles are made by the
// journal, passed on through queues, and live as long as the journal. A SlabSource passes them to
// the shipper.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "journal/format.hpp"

namespace trace::detail::journal {

struct Slab {
  std::byte* base = nullptr;
  std::uint32_t bytes = 0;
  std::uint32_t lane = 0;
  std::uint32_t run = 0;          // of a slab of the backlog
  std::uint64_t generation = 0;   // as it stands in the upper half of the word
  std::uint64_t truncations = 0;  // of the file, when this generation was opened
  using Time = std::chrono::steady_clock::time_point;
  static constexpr Time never{};
  std::atomic<Time> populated{never};  // its pages made, or made writable again, by us

  std::atomic<bool> closed{false};  // as the word says

  // Reader's side only: events that were read and are neither acknowledged nor dead letters.
  std::uint32_t unresolved = 0;
  bool fully_read = false;

  SlabHeader& header() const noexcept { return *reinterpret_cast<SlabHeader*>(base); }
  std::byte* data() const noexcept { return base + sizeof(SlabHeader); }
  std::uint32_t capacity() const noexcept {
    return bytes - static_cast<std::uint32_t>(sizeof(SlabHeader));
  }

  // Begins a new generation without data. Last step of recycling: until then a reader of the file
  // finds the old generation whole.
  void reset() noexcept {
    generation += std::uint64_t{1} << 32;
    header().word.store(generation, std::memory_order_release);
    closed.store(false, std::memory_order_relaxed);
    unresolved = 0;
    fully_read = false;
  }

  // Writes whose slab this is; before the first record.
  void open(std::uint32_t of_lane, std::uint64_t ordinal, std::uint64_t stamp,
            std::uint32_t of_run = 0) noexcept {
    lane = of_lane;
    run = of_run;
    SlabHeader& h = header();
    h.magic = slab_magic;
    h.slab_bytes = bytes;
    h.lane = lane;
    h.run = run;
    h.ordinal = ordinal;
    h.opened_stamp = stamp;
    // It stands there already, unless somebody cut the file and lengthened it again.
    h.word.store(generation, std::memory_order_release);
  }

  void close() noexcept {
    std::atomic<std::uint64_t>& word = header().word;
    word.store(word.load(std::memory_order_relaxed) | closed_bit, std::memory_order_release);
    closed.store(true, std::memory_order_relaxed);
  }
};

// Copies bytes into a slab; returns their end there. `bytes` may be null if `size` is 0.
inline std::byte* put(std::byte* to, const void* bytes, std::size_t size) noexcept {
  return std::copy_n(static_cast<const std::byte*>(bytes), size, to);
}

inline std::size_t definition_bytes(std::string_view run_id, std::string_view node_id) noexcept {
  return padded(sizeof(NodeDefinition) + run_id.size() + node_id.size());
}

// Writes a NodeDefinition of definition_bytes(); returns its end.
inline std::byte* define_node(std::byte* to, std::uint32_t index, std::uint32_t run,
                              std::string_view run_id, std::string_view node_id) noexcept {
  const std::size_t bytes = definition_bytes(run_id, node_id);
  const NodeDefinition definition{
      {static_cast<std::uint32_t>(bytes), RecordKind::node_definition, 0, 0, 0},
      index,
      run,
      static_cast<std::uint32_t>(run_id.size()),
      static_cast<std::uint32_t>(node_id.size())};
  std::byte* at = put(to, &definition, sizeof definition);
  put(put(at, run_id.data(), run_id.size()), node_id.data(), node_id.size());
  return to + bytes;
}

enum class SlabSize : std::uint8_t { small, large };

// Provides slabs to the shipper's merger and takes them back: the pool of a live session, or an
// orphaned journal. Shipper's thread only.
class SlabSource {
 public:
  virtual ~SlabSource() = default;

  // The next slab with records, per lane in the order in which they were opened.
  virtual bool next_opened(Slab*& slab) noexcept = 0;
  // Every event in it is resolved.
  virtual void give_back(Slab* slab) noexcept = 0;

  // An empty slab for parked events; null if the budget or the disk is exhausted.
  virtual Slab* take_backlog_slab(SlabSize /*size*/) noexcept { return nullptr; }

  // False if a truncation destroyed part of the slab. Called twice per event; usually compares only
  // a counter.
  bool intact(const Slab& slab) const noexcept {
    return truncations_ == nullptr ||
           slab.truncations == truncations_->load(std::memory_order_acquire) || kept(slab);
  }

  // Makes the slab's bytes readable until unload(); false on failure.
  virtual bool load(Slab&) noexcept { return true; }
  virtual void unload(Slab&) noexcept {}
  // True: load the next slab in a later pass, because the time of this one is over.
  virtual bool pauses() noexcept { return false; }
  // The slab is damaged from `position` on.
  virtual void set_aside(Slab&, std::uint32_t /*position*/) noexcept {}

  // Whether is_resolved() may return true.
  virtual bool may_be_resolved() const noexcept { return false; }
  // True if the event need not be sent. Called once per event, in a lane's order.
  virtual bool is_resolved(std::uint32_t /*run*/, std::uint32_t /*lane*/,
                           std::uint64_t /*sequence*/) noexcept {
    return false;
  }

 protected:
  SlabSource() = default;
  // `truncations`: counter of the file's truncations; outlives the source.
  explicit SlabSource(const std::atomic<std::uint64_t>* truncations) : truncations_(truncations) {}

  // Whether the truncations did not affect the slab.
  virtual bool kept(const Slab&) const noexcept { return true; }

 private:
  const std::atomic<std::uint64_t>* truncations_ = nullptr;
};

// Stores what the backend has acknowledged.
class WatermarkStore {
 public:
  virtual ~WatermarkStore() = default;
  // The highest sequence of the lane in the run that is resolved. False if it could not be stored;
  // the events may then be sent again.
  virtual bool set_watermark(std::uint32_t run, std::uint32_t lane, std::uint64_t through) = 0;
  // The finish of the run needs no further envelope. False if that could not be stored; it may then
  // be sent again.
  virtual bool acknowledge_finish(std::uint32_t run) = 0;
};

}  // namespace trace::detail::journal
