// SPDX-License-Identifier: Apache-2.0
// Nodes: the nodes of a session by number, each once, whatever number of handles it has. Events
// refer to a node by this number once the journal's tables contain it, instead of defining it in
// each slab.
//
// Thread-safe; find_node() takes no lock. Entries are never removed: events of a node are read
// after its last handle is gone.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <mutex>
#include <string_view>
#include <vector>

#include "journal/format.hpp"

namespace trace::detail::journal {

struct NodeView {
  std::uint32_t number = 0;  // with node_of_slab if a slab defines it
  std::uint32_t run = 0;
  std::string_view run_id;
  std::string_view node_id;
};

// The nodes that a journal's events refer to by number.
class NodeNames {
 public:
  virtual ~NodeNames() = default;
  // Null if there is no such node. The entry lives as long as this object.
  virtual const NodeView* find_node(std::uint32_t number) const noexcept = 0;
};

class Nodes final : public NodeNames {
 public:
  Nodes() = default;
  ~Nodes() override;
  Nodes(const Nodes&) = delete;
  Nodes& operator=(const Nodes&) = delete;

  // Returns the node's number, which is new if no node of the run has this id. Copies `node_id`;
  // `run_id` outlives this object. Throws std::bad_alloc.
  std::uint32_t add(std::uint32_t run, std::string_view run_id, std::string_view node_id);

  // The node's entry in the journal's tables; null until it is added. The caller's lock guards it.
  NodeStateRecord*& record_of(std::uint32_t number) noexcept { return entry(number)->record; }

  // How many times the node was started.
  std::atomic<std::uint32_t>& attempts_of(std::uint32_t number) noexcept {
    return entry(number)->attempts;
  }

  const NodeView* find_node(std::uint32_t number) const noexcept override {
    if (number >= count_.load(std::memory_order_acquire)) return nullptr;
    return &entry(number)->view;
  }

 private:
  struct Entry {
    NodeView view;
    NodeStateRecord* record = nullptr;
    std::atomic<std::uint32_t> attempts{0};
  };
  // Chunk k has room for first_chunk * 2^k nodes, so that no entry ever moves.
  static constexpr std::uint32_t first_chunk = 64;
  static constexpr std::size_t most_chunks = 25;
  static constexpr std::uint32_t most_nodes = first_chunk * ((1U << most_chunks) - 1);
  static_assert(most_nodes <= node_of_slab);
  struct Place {
    unsigned chunk;
    std::uint32_t entry;
  };
  static Place place_of(std::uint32_t number) noexcept {
    const std::uint32_t block = number / first_chunk + 1;
    // Those of the chunks before it.
    const std::uint32_t before = first_chunk * (std::bit_floor(block) - 1);
    return {static_cast<unsigned>(std::bit_width(block)) - 1, number - before};
  }

  Entry* entry(std::uint32_t number) const noexcept {
    const Place place = place_of(number);
    return chunks_[place.chunk].load(std::memory_order_relaxed) + place.entry;
  }
  std::size_t first_slot_of(std::uint32_t run, std::string_view node_id) const noexcept;
  // Where numbers_ has the node, or would have it.
  std::size_t slot_of(std::uint32_t run, std::string_view node_id) const noexcept;
  void grow_numbers();

  std::mutex mutex_;  // of add()
  std::array<std::atomic<Entry*>, most_chunks> chunks_{};
  std::atomic<std::uint32_t> count_{0};
  std::pmr::monotonic_buffer_resource ids_;
  std::vector<std::uint32_t> numbers_;  // by hash, plus one; 0: a free slot; at most half in use
};

}  // namespace trace::detail::journal
