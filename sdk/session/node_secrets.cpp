// SPDX-License-Identifier: Apache-2.0
#include "session/node_secrets.hpp"

#include "session/core.hpp"
#include "session/inheritance.hpp"

namespace trace::detail::session {

std::shared_ptr<const secrets::Secrets> secrets_of(const std::shared_ptr<NodeState>& node) {
  return redaction_of(node).secrets;
}

secrets::RedactionRules redaction_of(const std::shared_ptr<NodeState>& node) {
  const NodeState* here = node.get();
  if (here != nullptr && !here->core->in_own_process()) here = node_of_child(*node);
  if (here == nullptr) return {std::make_shared<const secrets::Secrets>(), true};
  return here->core->redaction();
}

}  // namespace trace::detail::session
