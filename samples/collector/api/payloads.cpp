// SPDX-License-Identifier: Apache-2.0
#include "collector/api/payloads.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <limits>
#include <optional>

#include "collector/run/status.hpp"

namespace trace::collector::api {
namespace {

bool has_failed(RunStatus status) noexcept {
  return status == RunStatus::failed || status == RunStatus::terminated ||
         status == RunStatus::timed_out;
}

constexpr std::size_t max_digits = 20;
constexpr std::size_t max_cursor = 28;  // base64 of twenty digits

// By the rule of derive_status() that made the run FAILED. Nothing when the failed node was started
// again since the run was read.
std::optional<RunFailure> failure_payload(store::Store& store, const store::RunRow& run) {
  using store::NodePhase;
  const NodePhase phase = run.lost_nodes > 0     ? NodePhase::lost
                          : run.failed_nodes > 0 ? NodePhase::failed
                                                 : NodePhase::retrying;
  RunFailure failure;
  if (phase == NodePhase::retrying && run.retrying_nodes == 0) {
    failure.reason = fmt::format("{} of {} actions never ended",
                                 run.total_actions - run.ended_nodes(), run.total_actions);
    return failure;
  }
  const auto node = store.last_node_in(run.number, phase);
  if (!node) return std::nullopt;
  const bool is_lost = phase == NodePhase::lost;
  failure.reason =
      is_lost ? fmt::format("the worker of node {} was not heard of for too long", node->node_id)
              : node->failure.reason;
  boost::json::object details{{"nodeId", node->node_id}};
  const std::string_view code = is_lost ? "WORKER_LOST" : std::string_view(node->failure.code);
  if (!code.empty()) details["code"] = code;
  failure.details = boost::json::serialize(details);
  return failure;
}

// What a workflow engine reported takes precedence over the events.
void add_engine_facts(const store::RunRow& run, RunStatusPayload& payload) {
  auto facts = parse_run_status(run.engine);
  if (!facts) return;
  if (!facts->workflow_id.empty()) payload.workflow_id = std::move(facts->workflow_id);
  payload.task_queue = std::move(facts->task_queue);
  payload.history_length = facts->history_length;
  payload.started_at = std::move(facts->started_at);
  if (facts->completed_at) payload.completed_at = std::move(facts->completed_at);
  if (!is_terminal(payload.status)) payload.completed_at.reset();
  payload.failure = std::move(facts->failure);
  if (!payload.failure && has_failed(payload.status)) {
    payload.failure = RunFailure{"reported by the workflow engine", {}, {}};
  }
}

}  // namespace

std::string encode_cursor(std::uint64_t sequence) {
  const std::string digits = std::to_string(sequence);
  std::array<unsigned char, max_cursor + 1> out{};  // OpenSSL appends a NUL
  const int length =
      EVP_EncodeBlock(out.data(), reinterpret_cast<const unsigned char*>(digits.data()),
                      static_cast<int>(digits.size()));
  return {reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(length)};
}

std::optional<std::uint64_t> decode_cursor(std::string_view cursor) {
  if (cursor.size() > max_cursor) return std::nullopt;
  std::array<unsigned char, max_digits + 1> digits{};  // OpenSSL decodes padding as NUL bytes
  const int length =
      EVP_DecodeBlock(digits.data(), reinterpret_cast<const unsigned char*>(cursor.data()),
                      static_cast<int>(cursor.size()));
  if (length <= 0) return std::nullopt;
  std::uint64_t sequence = 0;
  const auto* const text = reinterpret_cast<const char*>(digits.data());
  const auto [end, fault] = std::from_chars(text, text + length, sequence);
  static_cast<void>(end);  // the comparison below finds whatever follows the digits
  if (fault != std::errc{}) return std::nullopt;
  // The store's integers are signed.
  if (sequence > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  if (encode_cursor(sequence) != cursor) return std::nullopt;
  return sequence;
}

std::optional<std::uint64_t> position_of(const Request& request) {
  const auto cursor = request.parameter("cursor");
  if (!cursor) return 0;
  if (const auto position = decode_cursor(*cursor)) return position;
  std::uint64_t number = 0;
  const char* const last = cursor->data() + cursor->size();
  const auto [end, fault] = std::from_chars(cursor->data(), last, number);
  const bool is_number = fault == std::errc{} && end == last &&
                         number <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  return request.is_of_studio && is_number ? std::optional(number) : std::nullopt;
}

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

RunStatusPayload status_payload(store::Store& store, const store::RunRow& run) {
  RunStatusPayload payload;
  payload.run_id = run.run_id;
  payload.workflow_id = run.workflow_id;
  payload.status = run::derive_status(run);
  payload.started_at = run.started_at.empty() ? run.registered_at : run.started_at;
  payload.updated_at = run::timestamp_now();
  if (!run.completed_at.empty()) payload.completed_at = run.completed_at;
  if (run.total_actions > 0) {
    payload.progress = RunProgress{std::min<std::uint64_t>(run.completed_nodes, run.total_actions),
                                   run.total_actions};
  }
  if (!run.engine.empty()) {
    add_engine_facts(run, payload);
  } else if (has_failed(payload.status)) {
    payload.failure = failure_payload(store, run);
  }
  // The clocks of a worker and of an engine may differ.
  if (payload.completed_at && run::is_before(*payload.completed_at, payload.started_at)) {
    payload.completed_at = payload.started_at;
  }
  return payload;
}

}  // namespace trace::collector::api
