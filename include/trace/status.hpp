// SPDX-License-Identifier: Apache-2.0
// The status of a run, as the execution trace contract defines it ("Workflow Run Status" of
// docs/contract.md). Used by backends that serve it and tools that display it. No shared state:
// safe on any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <trace/export.hpp>
#include <trace/result.hpp>

namespace trace {

enum class RunStatus : std::uint8_t {
  queued,
  running,
  completed,
  failed,
  cancelled,
  terminated,
  timed_out
};

// "QUEUED" … "TIMED_OUT"; static storage.
SHIPTRACE_API std::string_view name(RunStatus status) noexcept;
// Nullopt unless it is a name of the contract (Temporal's "CANCELED" is not).
SHIPTRACE_API std::optional<RunStatus> run_status_from_name(std::string_view name) noexcept;

// True for final states: all but queued and running.
constexpr bool is_terminal(RunStatus status) noexcept { return status > RunStatus::running; }

struct RunProgress {
  std::uint64_t completed_actions = 0;
  std::uint64_t total_actions = 1;  // at least 1
};

struct RunFailure {
  std::string reason;
  std::optional<std::string> temporal_code;
  std::optional<std::string> details;  // JSON object
};

// WorkflowRunStatusPayload. Time stamps as in EventPayload.
struct RunStatusPayload {
  std::string run_id;
  std::string workflow_id;
  RunStatus status = RunStatus::queued;
  std::string started_at;
  std::string updated_at;
  std::optional<std::string> completed_at;
  std::string task_queue;
  std::uint64_t history_length = 0;
  std::optional<RunProgress> progress;
  std::optional<RunFailure> failure;
};

// Contract JSON on one line, without a newline at the end.
SHIPTRACE_API std::string to_json(const RunStatusPayload& status);

// Parses and validates untrusted JSON; the error names every field that violates a rule.
SHIPTRACE_API Result<RunStatusPayload> parse_run_status(std::string_view json);

}  // namespace trace
