// SPDX-License-Identifier: Apache-2.0
// NodeBases: what record() reads of the nodes of a session, in pages of their own. Beside the rest
// of its NodeState each would need a cache line of its own and every tenth a page, and a worker
// that records for 1,024 nodes in turn would find neither in the nearest caches. Any thread.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include <trace/detail/lane_cursor.hpp>

namespace trace::detail::session {

class NodeBases {
 public:
  // Throws std::bad_alloc.
  NodeBase& take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) add_page();
    NodeBase* const base = free_.back();
    free_.pop_back();
    return *std::construct_at(base);
  }

  void give_back(NodeBase& base) noexcept {
    const std::lock_guard lock(mutex_);
    free_.push_back(&base);  // add_page() has reserved its place
  }

 private:
  static constexpr std::size_t page_bytes = 4096;
  struct alignas(page_bytes) Page {
    std::array<NodeBase, page_bytes / sizeof(NodeBase)> bases;
  };

  void add_page() {
    pages_.push_back(std::make_unique<Page>());
    auto& bases = pages_.back()->bases;
    free_.reserve(pages_.size() * bases.size());
    for (auto base = bases.rbegin(); base != bases.rend(); ++base) free_.push_back(&*base);
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Page>> pages_;
  std::vector<NodeBase*> free_;
};

}  // namespace trace::detail::session
