// The secrets of the session that a node belongs to, for those who write the node's bytes somewhere
// before they are recorded: capture makes a StreamRedactor of them. Any thread.
#pragma once

#include <trace/session.hpp>

#include <memory>

#include "secrets/event_redactor.hpp"

namespace trace::detail::session {

// Never null. Secrets that are added later are among them.
std::shared_ptr<const secrets::Secrets> secrets_of(const std::shared_ptr<NodeState>& node);
// The same, and whether shapes of tokens are taken out.
secrets::RedactionRules redaction_of(const std::shared_ptr<NodeState>& node);

}  // namespace trace::detail::session
