// SPDX-License-Identifier: Apache-2.0
#include "collector/api/payloads.hpp"

#include <boost/json.hpp>

#include "collector/api/cursor.hpp"
#include "collector/run/status.hpp"

namespace trace::collector::api {
namespace {

RunFailure failure_payload(store::Store& store, const store::RunRow& run) {
  const auto node = store.last_failed_node(run.number);
  RunFailure failure;
  if (!node) {  // an external fact decided
    failure.reason = run.external.worker_lost ? "the worker of the run was lost"
                                              : "reported by the workflow engine";
    return failure;
  }
  failure.reason = node->failure.reason;
  boost::json::object details{{"nodeId", node->node_id}};
  if (!node->failure.code.empty()) details["code"] = node->failure.code;
  failure.details = boost::json::serialize(details);
  return failure;
}

}  // namespace

std::string envelope_json(const std::string& run_id, std::vector<EventPayload> events,
                          std::uint64_t sequence) {
  StreamEnvelope envelope;
  envelope.run_id = run_id;
  envelope.events = std::move(events);
  envelope.cursor = encode_cursor(sequence);
  return to_json(envelope);
}

std::uint64_t last_sequence(const std::vector<EventPayload>& events, std::uint64_t otherwise) {
  return events.empty() ? otherwise : std::stoull(events.back().id);
}

RunStatusPayload status_payload(store::Store& store, const store::RunRow& run, std::string now) {
  RunStatusPayload payload;
  payload.run_id = run.run_id;
  payload.workflow_id = run.workflow_id;
  payload.status = run::derive_status(run);
  payload.started_at = run.started_at.empty() ? run.registered_at : run.started_at;
  payload.updated_at = std::move(now);
  if (!run.completed_at.empty()) payload.completed_at = run.completed_at;
  if (run.total_actions > 0) payload.progress = RunProgress{run.completed_nodes, run.total_actions};
  if (payload.status == RunStatus::failed) payload.failure = failure_payload(store, run);
  return payload;
}

}  // namespace trace::collector::api
