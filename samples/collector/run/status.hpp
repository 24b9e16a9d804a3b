// SPDX-License-Identifier: Apache-2.0
// The state of a run: how a stored event changes the rows of its run and its node, and the status
// that follows from the run's row. The rows hold totals and the phase of each node, so that no
// query ever scans events. Pure functions, used for ingestion responses and by the read API.
//
// The first rule that applies decides the status:
//
//   1. a workflow engine reported a status             that status
//   2. a user requested cancellation                   CANCELLED
//   3. no event is stored                              QUEUED
//   4. an event announced the cancellation             CANCELLED
//   5. a node failed without a retry to come           FAILED
//   6. totalActions nodes completed, or, while that    COMPLETED
//      is unknown, every node that was started
//   7. a node is open and its worker is lost           FAILED
//   8. otherwise                                       RUNNING
//
// 1, 2 and 7 are ExternalFacts: events never withdraw them. A STARTED event of any node withdraws 4
// and 5. After that, once no node is open, 5 applies again if a failed node was not started again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <trace/event.hpp>
#include <trace/status.hpp>

#include "collector/store/store.hpp"

namespace trace::collector::run {

RunStatus derive_status(const store::RunRow& run) noexcept;

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

// The current time as a contract timestamp with six fractional digits. Any thread.
std::string timestamp_now();

// Sets the number of actions, at the time `now`.
void set_total_actions(store::RunRow& run, std::uint32_t total, std::string_view now);

}  // namespace trace::collector::run
