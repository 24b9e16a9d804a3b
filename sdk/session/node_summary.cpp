#include <trace/node_summary.hpp>

#include "redact/stream_redactor.hpp"
#include "session/node_secrets.hpp"

namespace trace {

struct NodeSummary::State {
  State(const std::shared_ptr<detail::NodeState>& node, SummaryLimits limits)
      : summariser(limits), redactor(detail::secrets_of(node)) {}

  Summariser summariser;
  detail::StreamRedactor redactor;
  const detail::StreamRedactor::Sink to_summariser{
      [this](std::string_view bytes) { summariser.update(bytes); }};
};

NodeSummary::NodeSummary(const std::shared_ptr<detail::NodeState>& node, SummaryLimits limits)
    : state_(std::make_unique<State>(node, limits)) {}
NodeSummary::NodeSummary(NodeSummary&&) noexcept = default;
NodeSummary& NodeSummary::operator=(NodeSummary&&) noexcept = default;
NodeSummary::~NodeSummary() = default;

void NodeSummary::update(std::string_view piece) {
  state_->redactor.write(piece, state_->to_summariser);
}

std::string NodeSummary::finish() {
  state_->redactor.finish(state_->to_summariser);
  return state_->summariser.finish();
}

}  // namespace trace
