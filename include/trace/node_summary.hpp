// NodeSummary: the summary of a node's output (trace/summary.hpp), with the secrets of the node's
// session taken out of the output before it is cut: half a secret at the end of what is shown would
// be found by nobody any more, and a hash would tell whether a guess of it is right.
//
// Node::completed() and capture use this. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <trace/summary.hpp>

namespace trace {

namespace detail {
struct NodeState;
}

class NodeSummary {
 public:
  explicit NodeSummary(const std::shared_ptr<detail::NodeState>& node, SummaryLimits limits = {});
  NodeSummary(NodeSummary&&) noexcept;
  NodeSummary& operator=(NodeSummary&&) noexcept;
  ~NodeSummary();

  // As a Summariser.
  void update(std::string_view piece);
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trace
