// SPDX-License-Identifier: Apache-2.0
// BorrowedNode: a Node handle of a state that it does not own, so that a stream can record for a
// node without ending it.
#pragma once

#include <trace/session.hpp>

#include <memory>
#include <utility>

namespace trace::detail::session {

class BorrowedNode {
 public:
  explicit BorrowedNode(std::shared_ptr<NodeState> state) noexcept : node_(std::move(state)) {}
  ~BorrowedNode() { node_.release(); }
  BorrowedNode(const BorrowedNode&) = delete;
  BorrowedNode& operator=(const BorrowedNode&) = delete;

  const Node& node() const noexcept { return node_; }

 private:
  Node node_;
};

}  // namespace trace::detail::session
