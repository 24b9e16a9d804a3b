// SPDX-License-Identifier: Apache-2.0
// The lists of runs and of a run's nodes that a backend returns (docs/ingestion-api.md), page by
// page. Main thread.
#pragma once

#include <trace/result.hpp>
#include <trace/status.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emitter/backend/backend.hpp"

namespace trace::cli::backend {

struct RunOverview {
  std::string id;
  std::string workflow;
  std::string status;
  std::string started_at;
  std::string ended_at;  // empty: it has not ended
  std::uint64_t events = 0;
  std::uint64_t completed = 0;  // nodes that completed
  std::uint64_t failed = 0;
  std::uint64_t started = 0;  // nodes that the backend has seen
  std::uint64_t total = 0;    // nodes of the workflow; 0: unknown
  std::string json;           // the whole entry, on one line
};

struct NodeOverview {
  std::string id;
  std::string parent;  // empty: none
  std::string status;  // PENDING, RUNNING, RETRYING, LOST, COMPLETED, SKIPPED or FAILED
  std::uint64_t attempts = 0;
  std::string started_at;  // empty: unknown
  std::optional<std::uint64_t> duration_ms;
  std::uint64_t events = 0;
  std::uint64_t warnings = 0;
  std::uint64_t errors = 0;
  std::string last_message;
  std::string failure;       // why it failed; empty: it did not
  std::string failure_code;  // empty: none
  std::string json;
};

// Calls back for each run, the newest first, until it returns false. `limit`: of a page.
Result<bool> read_runs(Backend& backend, std::size_t limit,
                       const std::function<bool(RunOverview&)>& on_run);

// All nodes of a run, in the order of their first events. Empty when the backend does not have this
// resource, or does not know the run.
Result<std::optional<std::vector<NodeOverview>>> read_nodes(Backend& backend, std::string_view run);

// The run status that the body of a response is.
Result<RunStatusPayload> run_status_in(const Result<std::string>& body);

}  // namespace trace::cli::backend
