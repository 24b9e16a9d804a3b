// SPDX-License-Identifier: Apache-2.0
// WorkflowRunStatusPayload: written for backends, read for tools.
#include <trace/status.hpp>
#include "contract/event_reader.hpp"
#include "contract/member_reader.hpp"
#include "text/json_text.hpp"

namespace trace {
namespace {

using detail::text::append_number;
using detail::text::append_quoted;

void append_failure(std::string& out, const RunFailure& failure) {
  append_quoted(out += R"(,"failure":{"reason":)", failure.reason);
  if (failure.temporal_code) append_quoted(out += R"(,"temporalCode":)", *failure.temporal_code);
  if (failure.details) out.append(R"(,"details":)").append(*failure.details);
  out += '}';
}

void read_progress(const simdjson::dom::object& json, RunProgress& progress,
                   std::vector<FieldError>& errors) {
  static constexpr std::array<std::string_view, 2> names{"completedActions", "totalActions"};
  const auto& [completed, total] = detail::contract::members_of(json, names);
  detail::contract::MemberReader reader(errors, "progress.");
  reader.count("completedActions", completed, 0, progress.completed_actions);
  reader.count("totalActions", total, 1, progress.total_actions);
}

void read_failure(const simdjson::dom::object& json, RunFailure& failure,
                  std::vector<FieldError>& errors) {
  static constexpr std::array<std::string_view, 3> names{"reason", "temporalCode", "details"};
  const auto& [reason, temporal_code, details] = detail::contract::members_of(json, names);
  detail::contract::MemberReader reader(errors, "failure.");
  reader.text("reason", reason, failure.reason);
  reader.text("temporalCode", temporal_code, failure.temporal_code);
  reader.json_object("details", details, failure.details);
}

void read_status(const simdjson::dom::object& json, RunStatusPayload& payload,
                 std::vector<FieldError>& errors) {
  static constexpr std::array<std::string_view, 10> names{
      "runId",       "workflowId", "status",        "startedAt", "updatedAt",
      "completedAt", "taskQueue",  "historyLength", "progress",  "failure"};
  const auto& [run_id, workflow_id, status, started_at, updated_at, completed_at, task_queue,
               history_length, progress, failure] = detail::contract::members_of(json, names);
  detail::contract::MemberReader reader(errors);
  reader.non_empty_text("runId", run_id, payload.run_id);
  reader.text("workflowId", workflow_id, payload.workflow_id);
  reader.word("status", status, run_status_from_name,
              "QUEUED, RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED, TIMED_OUT",
              payload.status);
  reader.timestamp("startedAt", started_at, payload.started_at);
  reader.timestamp("updatedAt", updated_at, payload.updated_at);
  reader.timestamp("completedAt", completed_at, payload.completed_at);
  reader.text("taskQueue", task_queue, payload.task_queue);
  reader.count("historyLength", history_length, 0, payload.history_length);
  if (const auto actions = reader.object("progress", progress)) {
    read_progress(*actions, payload.progress.emplace(), errors);
  }
  if (const auto reason = reader.object("failure", failure)) {
    read_failure(*reason, payload.failure.emplace(), errors);
  }
}

}  // namespace

std::string to_json(const RunStatusPayload& status) {
  std::string out;
  append_quoted(out += R"({"runId":)", status.run_id);
  append_quoted(out += R"(,"workflowId":)", status.workflow_id);
  append_quoted(out += R"(,"status":)", name(status.status));
  append_quoted(out += R"(,"startedAt":)", status.started_at);
  append_quoted(out += R"(,"updatedAt":)", status.updated_at);
  if (status.completed_at) append_quoted(out += R"(,"completedAt":)", *status.completed_at);
  append_quoted(out += R"(,"taskQueue":)", status.task_queue);
  append_number(out += R"(,"historyLength":)", status.history_length);
  if (status.progress) {
    append_number(out += R"(,"progress":{"completedActions":)", status.progress->completed_actions);
    append_number(out += R"(,"totalActions":)", status.progress->total_actions);
    out += '}';
  }
  if (status.failure) append_failure(out, *status.failure);
  out += '}';
  return out;
}

Result<RunStatusPayload> parse_run_status(std::string_view json) {
  RunStatusPayload payload;
  std::vector<FieldError> errors;
  if (const auto object = detail::contract::read_payload(json, "status", errors)) {
    read_status(*object, payload, errors);
  }
  if (!errors.empty()) return Error(std::move(errors));
  return payload;
}

}  // namespace trace
