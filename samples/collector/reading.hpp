// The read API: runs, their status, pages of their events, what is missing of them, and what a live
// stream sends next (docs/ingestion-api.md). Runs on the store thread; answers are values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "answer.hpp"
#include "router.hpp"
#include "store.hpp"

namespace trace::collector {

// What a live stream has to send after a cursor.
struct StreamStep {
  std::string events = {};       // an envelope; empty when there is nothing new
  std::uint64_t sequence = 0;    // the place after them
  bool at_end = true;            // nothing more is stored by now
  std::string status = {};       // WorkflowRunStatus
  std::string fingerprint = {};  // of the status but for updatedAt: equal as long as it is
  RunStatus run_status = RunStatus::queued;
};

class Reading {
 public:
  explicit Reading(Store& store) : store_(store) {}

  Answer runs(const Route& route);
  Answer status(const Route& route);
  Answer trace(const Route& route);
  Answer gaps(const Route& route);

  // Nothing for an unknown run. Throws StoreError.
  std::optional<StreamStep> stream_step(const std::string& run_id, std::uint64_t after);

 private:
  RunStatusPayload status_of(const RunRecord& run, std::string now);

  Store& store_;
};

// The `cursor` of a request: 0 when it names none, nothing when it is no cursor.
std::optional<std::uint64_t> cursor_of(const std::optional<std::string>& text);

Answer unknown_run();
Answer bad_cursor();

}  // namespace trace::collector
