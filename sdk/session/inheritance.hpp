// SPDX-License-Identifier: Apache-2.0
// Inheritance: handles in a child of fork(). Their session is the parent's, whose journal and
// threads the child does not have. So the child gets a session with an identity and a journal of
// its own when it first records through an inherited handle; and each inherited node gets a state
// in it. The parent's objects are never changed and never destroyed.
//
// A child of _Fork() gets none, see LiveFiles::fork_count(). Thread-safe.
#pragma once

#include <memory>

#include "session/node_state.hpp"
#include "session/rolling_session.hpp"

namespace trace::detail::session {

// This process's session for `inherited`. Null if there can be none.
std::shared_ptr<RollingSession> session_of_child(const std::shared_ptr<SessionCore>& inherited);
// The same; also null if nothing was recorded yet.
std::shared_ptr<RollingSession> known_session_of_child(const SessionCore& inherited);

// This process's state for `inherited`, or null. It lives as long as the handle.
NodeState* node_of_child(NodeState& inherited);
// Removes the node's state, if there is one, because its handle ends.
std::shared_ptr<NodeState> take_node_of_child(const NodeState& inherited);

}  // namespace trace::detail::session
