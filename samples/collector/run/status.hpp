// SPDX-License-Identifier: Apache-2.0
// The life of a run: how a stored event changes the rows of its run and its node, and the status
// that follows from the run's row. The rows hold totals and the phase of each node, so that no
// query ever scans events. Pure functions, used for ingestion responses and by the read API.
//
// The first rule that applies decides the status (docs/contract.md has the table):
//
//   1. a workflow engine reported how it ended         that status
//   2. the run was cancelled and not started anew      CANCELLED
//   3. a workflow engine reported another status       that status
//   4. no event is stored, and it is not finished      QUEUED
//   5. a node is running                               RUNNING
//   6. a node's worker is lost                         FAILED
//   7. the run has its verdict (below)                 FAILED if a node failed, waits for a retry
//                                                      or never started, else COMPLETED
//   8. otherwise                                       RUNNING
//
// A run has its verdict when no node is open and totalActions nodes have ended; when it is finished
// (Run::finish()) and no node is running; or when it has been quiet for long enough. The verdict of
// rule 6 is final only after a quiet time, because the worker may come back.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <trace/event.hpp>
#include <trace/status.hpp>

#include "collector/store/store.hpp"

namespace trace::collector::run {

// How long nothing must happen in a run without a running node.
struct QuietTimes {
  // Of unknown size, or with a failed node, or with a lost worker.
  std::chrono::milliseconds quiet{std::chrono::seconds(30)};
  // While a retry or a counted node is still to come.
  std::chrono::milliseconds abandon{std::chrono::minutes(10)};
};

RunStatus derive_status(const store::RunRow& run) noexcept;
// The status is final: a stream of the run may end.
bool is_over(const store::RunRow& run) noexcept;
// RunRow::due_ms of a run that changes now.
std::int64_t verdict_due(const store::RunRow& run, const QuietTimes& times,
                         std::int64_t now_ms) noexcept;

// What an event says about its node and its run.
struct EventFacts {
  Type type = Type::progress;
  Level level = Level::info;
  std::string_view timestamp = {};
  std::string_view session = {};  // of the emitter; empty for ids of another format
  std::string parent = {};        // data.parent; empty: none
  bool retryable = false;         // data.retryable of a FAILED event
  bool is_skipped = false;        // data.skipped of a COMPLETED event
  bool worker_lost = false;  // error.code is WORKER_LOST: reported by whoever found the journal
  bool cancels = false;      // the cancellation at level warn, not a captured line with that text
  bool has_message = false;
};
EventFacts facts_of(const EventPayload& event, std::string_view session);

// The reason that a FAILED event gives.
store::NodeFailure failure_of(const EventPayload& event);

// Applies one event of `node` that is being stored. Returns true when it ended the attempt.
bool apply_event(store::RunRow& run, store::NodeRow& node, const EventFacts& event);

// Other changes.
void set_total_actions(store::RunRow& run, std::uint32_t total);
// No effect if a node starts later.
void set_finished(store::RunRow& run, std::string_view at);
void set_cancelled(store::RunRow& run, std::string_view at);
void set_quiet(store::RunRow& run);
void set_engine(store::RunRow& run, RunStatus status, std::string facts);
// Of a node in the phase running, and back.
void set_lost(store::RunRow& run, store::NodeRow& node, std::string_view at);
void set_found(store::RunRow& run, store::NodeRow& node);

// The current time as a contract timestamp with six fractional digits, and in milliseconds. Any
// thread.
std::string timestamp_now();
std::int64_t milliseconds_now();
// From one contract timestamp to another, at least 0; nothing when one is empty or unreadable.
std::optional<std::int64_t> milliseconds_between(std::string_view begin, std::string_view end);
// Orders contract timestamps of any precision.
bool is_before(std::string_view a, std::string_view b);

}  // namespace trace::collector::run
