// SPDX-License-Identifier: Apache-2.0
#include "journal/nodes.hpp"

#include <functional>
#include <new>

namespace trace::detail::journal {

Nodes::~Nodes() {
  for (const std::atomic<Entry*>& chunk : chunks_) delete[] chunk.load();
}

std::size_t Nodes::first_slot_of(std::uint32_t run, std::string_view node_id) const noexcept {
  return (std::hash<std::string_view>()(node_id) + run * 0x9E3779B97F4A7C15) &
         (numbers_.size() - 1);
}

std::size_t Nodes::slot_of(std::uint32_t run, std::string_view node_id) const noexcept {
  const std::size_t mask = numbers_.size() - 1;
  std::size_t slot = first_slot_of(run, node_id);
  for (; numbers_[slot] != 0; slot = (slot + 1) & mask) {
    const NodeView& node = entry(numbers_[slot] - 1)->view;
    if (node.run == run && node.node_id == node_id) break;
  }
  return slot;
}

void Nodes::grow_numbers() {
  numbers_.assign(numbers_.empty() ? first_chunk : 2 * numbers_.size(), 0);
  const std::size_t mask = numbers_.size() - 1;
  // In the order of the numbers: entries follow each other in memory. All differ.
  for (std::uint32_t number = 0; number < count_.load(std::memory_order_relaxed); ++number) {
    const NodeView& node = entry(number)->view;
    std::size_t slot = first_slot_of(node.run, node.node_id);
    while (numbers_[slot] != 0) slot = (slot + 1) & mask;
    numbers_[slot] = number + 1;
  }
}

std::uint32_t Nodes::add(std::uint32_t run, std::string_view run_id, std::string_view node_id) {
  const std::lock_guard lock(mutex_);
  const std::uint32_t number = count_.load(std::memory_order_relaxed);
  if (2 * std::size_t{number} >= numbers_.size()) grow_numbers();
  const std::size_t slot = slot_of(run, node_id);
  if (numbers_[slot] != 0) return numbers_[slot] - 1;
  if (number == most_nodes) throw std::bad_alloc();
  const Place place = place_of(number);
  std::atomic<Entry*>& chunk = chunks_[place.chunk];
  if (chunk.load(std::memory_order_relaxed) == nullptr) {
    chunk.store(new Entry[std::size_t{first_chunk} << place.chunk], std::memory_order_relaxed);
  }
  auto* id = static_cast<char*>(ids_.allocate(node_id.size(), 1));
  node_id.copy(id, node_id.size());
  entry(number)->view = {number, run, run_id, {id, node_id.size()}};
  numbers_[slot] = number + 1;
  count_.store(number + 1, std::memory_order_release);
  return number;
}

}  // namespace trace::detail::journal
