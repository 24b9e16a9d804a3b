// SPDX-License-Identifier: Apache-2.0
// The secrets of a node's session, for code that writes the node's bytes before they are recorded:
// capture builds a StreamRedactor from them. Any thread.
#pragma once

#include <trace/session.hpp>

#include <memory>

#include "secrets/event_redactor.hpp"

namespace trace::detail::session {

// Never null. Includes secrets that are added later.
std::shared_ptr<const secrets::Secrets> secrets_of(const std::shared_ptr<NodeState>& node);
// The same, and whether tokens are removed.
secrets::RedactionRules redaction_of(const std::shared_ptr<NodeState>& node);

}  // namespace trace::detail::session
