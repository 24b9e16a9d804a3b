// SPDX-License-Identifier: Apache-2.0
// record() below the handles: takes a node's state and values known at run time. Every event that a
// component, a captured stream or the SDK itself records for a node takes this way. Any thread.
#pragma once

#include <trace/record.hpp>

#include "session/node_state.hpp"

namespace trace::detail::session {

Outcome record(NodeState* node, const EventBody& body, Texts texts = Texts::raw) noexcept;

}  // namespace trace::detail::session
