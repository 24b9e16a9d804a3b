// SPDX-License-Identifier: Apache-2.0
// How a stored event changes the rows of its run and its node. The rows hold totals and the phase
// of each node, so that no query ever scans events. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include <trace/event.hpp>

#include "collector/store/rows.hpp"

namespace trace::collector::run {

// What an event says about its node and its run.
struct EventFacts {
  Type type = Type::progress;
  std::string_view timestamp = {};
  std::string_view session = {};  // of the emitter; empty for ids of another format
  bool retryable = false;         // data.retryable of a FAILED event
  bool worker_lost = false;  // error.code is WORKER_LOST: reported by whoever found the journal
  bool cancels = false;      // the cancellation message, and not a captured line with that text
};
EventFacts facts_of(const EventPayload& event, std::string_view session);

// The reason that a FAILED event gives.
store::NodeFailure failure_of(const EventPayload& event);

// Applies one event of `node` that is being stored. Returns true when it failed the node without a
// retry to come.
bool apply_event(store::RunRow& run, store::NodeRow& node, const EventFacts& event);

// Sets the number of actions, at the time `now`.
void set_total_actions(store::RunRow& run, std::uint32_t total, std::string_view now);

}  // namespace trace::collector::run
