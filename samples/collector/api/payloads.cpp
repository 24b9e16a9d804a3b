// SPDX-License-Identifier: Apache-2.0
#include "collector/api/payloads.hpp"

#include <openssl/evp.h>

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <limits>
#include <optional>

#include "collector/run/status.hpp"

namespace trace::collector::api {
namespace {

constexpr std::size_t max_digits = 20;
constexpr std::size_t max_cursor = 28;  // base64 of twenty digits

// By the rule of derive_status() that made the run FAILED. Nothing when the failed node was started
// again since the run was read.
std::optional<RunFailure> failure_payload(store::Store& store, const store::RunRow& run) {
  RunFailure failure;
  if (run.external.engine_status) {
    failure.reason = "reported by the workflow engine";
    return failure;
  }
  if (run.failed_nodes == 0 || (run.reopened && run.open_nodes > 0)) {
    failure.reason = "the worker of the run was lost";
    return failure;
  }
  const auto node = store.last_failed_node(run.number);
  if (!node) return std::nullopt;
  failure.reason = node->failure.reason;
  boost::json::object details{{"nodeId", node->node_id}};
  if (!node->failure.code.empty()) details["code"] = node->failure.code;
  failure.details = boost::json::serialize(details);
  return failure;
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
  if (run.total_actions > 0) payload.progress = RunProgress{run.completed_nodes, run.total_actions};
  if (payload.status == RunStatus::failed) payload.failure = failure_payload(store, run);
  return payload;
}

}  // namespace trace::collector::api
