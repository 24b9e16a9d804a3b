// SPDX-License-Identifier: Apache-2.0
#include "journal/nodes.hpp"

#include <new>

namespace trace::detail::journal {

Nodes::~Nodes() {
  for (const std::atomic<NodeView*>& chunk : chunks_) delete[] chunk.load();
}

std::uint32_t Nodes::add(std::uint32_t run, std::string_view run_id, std::string_view node_id) {
  const std::lock_guard lock(mutex_);
  const std::uint32_t number = count_.load(std::memory_order_relaxed);
  if (number == most_nodes) throw std::bad_alloc();
  const Place place = place_of(number);
  NodeView* chunk = chunks_[place.chunk].load(std::memory_order_relaxed);
  if (chunk == nullptr) {
    chunk = new NodeView[std::size_t{first_chunk} << place.chunk];
    chunks_[place.chunk].store(chunk, std::memory_order_relaxed);
  }
  auto* id = static_cast<char*>(ids_.allocate(node_id.size(), 1));
  node_id.copy(id, node_id.size());
  chunk[place.entry] = {number, run, run_id, {id, node_id.size()}};
  count_.store(number + 1, std::memory_order_release);
  return number;
}

}  // namespace trace::detail::journal
