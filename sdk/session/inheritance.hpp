// SPDX-License-Identifier: Apache-2.0
// Inheritance: handles in a child of fork(). Their session is the parent's, whose journal and
// threads the child does not have. So the child gets a session with an identity and a journal of
// its own when it first records through an inherited handle; and each inherited node gets a state
// in it. The parent's objects are never changed and never destroyed.
//
// A child of _Fork() gets none, see LiveFiles::fork_count(). redaction_of() returns what to redact
// in texts about a node. Thread-safe.
#pragma once

#include <memory>

#include "session/node_state.hpp"
#include "session/rolling_session.hpp"

namespace trace::detail::session {

// This process's session for `inherited`. Null if there can be none or, unless `starts` it, if
// nothing was recorded yet.
std::shared_ptr<RollingSession> session_of_child(const std::shared_ptr<SessionCore>& inherited,
                                                 bool starts = true);

// The node's state in this process: itself, or in a child the one that succeeds it, which lives as
// long as the handle. Null if there is none.
NodeState* node_here(NodeState* node);
// Removes the node's state, if there is one, because its handle ends.
std::shared_ptr<NodeState> take_node_of_child(const NodeState& inherited);

// What is redacted in texts about the node; also secrets that are added later. Null: any node.
secrets::RedactionRules redaction_of(NodeState* node);

}  // namespace trace::detail::session
