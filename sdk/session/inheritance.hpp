// Inheritance: what handles mean in a child of fork(). Their session is the parent's: its journal
// and its threads are not here. So the child gets a session of its own, with an identity and a
// journal of its own, when it first records through an inherited handle; and each inherited node
// gets a state of its own in it. The parent's objects are never changed and never destroyed.
//
// A child of _Fork() gets none, see LiveFiles::fork_count(). Thread-safe.
#pragma once

#include <memory>

#include "session/node_state.hpp"
#include "session/rolling_session.hpp"

namespace trace::detail::session {

// The session that stands for `inherited` in this process. Null when there can be none.
std::shared_ptr<RollingSession> session_of_child(const std::shared_ptr<SessionCore>& inherited);
// The same, null also when nothing was recorded yet.
std::shared_ptr<RollingSession> known_session_of_child(const SessionCore& inherited);

// The state that stands for `inherited` in this process, or null. It lives until the handle ends.
NodeState* node_of_child(NodeState& inherited);
// Takes the node's state out, when there is one: its handle ends.
std::shared_ptr<NodeState> take_node_of_child(const NodeState& inherited);

}  // namespace trace::detail::session
