// SPDX-License-Identifier: Apache-2.0
// The nodes of a run, one row each. What a row needs of events is read by their sequences.
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "collector/api/payloads.hpp"
#include "collector/api/routes.hpp"
#include "collector/run/status.hpp"

namespace trace::collector::api {
namespace {

using store::NodePhase;
using store::NodeRow;

std::string_view status_of(const NodeRow& node) noexcept {
  switch (node.phase) {
    case NodePhase::seen:
      return "PENDING";
    case NodePhase::running:
      return "RUNNING";
    case NodePhase::retrying:
      return "RETRYING";
    case NodePhase::completed:
      return node.is_skipped ? "SKIPPED" : "COMPLETED";
    case NodePhase::failed:
      return "FAILED";
    case NodePhase::lost:
      return "LOST";
  }
  return "PENDING";
}

std::optional<EventPayload> event_at(store::Store& store, const store::RunRow& run,
                                     std::uint64_t sequence) {
  if (sequence == 0) return std::nullopt;
  auto events = store.events(run, sequence - 1, 1, 1);
  return events.empty() ? std::nullopt : std::optional(std::move(events.front()));
}

boost::json::object counts_of(const NodeRow& node) {
  boost::json::object counts;
  for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
    counts[name(level)] = node.levels[static_cast<std::size_t>(level)];
  }
  return counts;
}

void add_end(store::Store& store, const store::RunRow& run, const NodeRow& node,
             boost::json::object& out, std::string& stored) {
  const auto end = event_at(store, run, node.ended_by);
  if (!end) return;
  out["endedAt"] = node.ended_at;
  if (const auto duration = run::milliseconds_between(node.started_at, node.ended_at)) {
    out["durationMs"] = *duration;
  }
  // As they are stored: a parser would refuse deep ones and change large numbers.
  const auto add_stored = [&stored](std::string_view name, const std::optional<std::string>& json) {
    if (json) stored.append(",\"").append(name).append("\":").append(*json);
  };
  add_stored("outputSummary", end->output_summary);
  add_stored("exit", end->data);
}

std::string node_json(store::Store& store, const store::RunRow& run, const NodeRow& node) {
  std::string stored;  // members of the event that ended it
  boost::json::object out{
      {"nodeId", node.node_id}, {"status", status_of(node)}, {"attempts", node.attempts}};
  if (!node.parent.empty()) out["parent"] = node.parent;
  if (!node.started_at.empty()) out["startedAt"] = node.started_at;
  add_end(store, run, node, out, stored);
  out["events"] = node.levels[0] + node.levels[1] + node.levels[2] + node.levels[3];
  out["counts"] = counts_of(node);
  if (const auto last = event_at(store, run, node.last_message)) {
    out["lastMessage"] = last->message.value_or("");
  }
  const bool has_failed = node.phase == NodePhase::failed || node.phase == NodePhase::retrying;
  if (has_failed) {
    boost::json::object failure{{"reason", node.failure.reason}};
    if (!node.failure.code.empty()) failure["code"] = node.failure.code;
    out["failure"] = std::move(failure);
  }
  std::string json = boost::json::serialize(out);
  json.insert(json.size() - 1, stored);
  return json;
}

}  // namespace

Response nodes(const Context& context, const Request& request) {
  const auto limit = limit_of(request);
  if (!limit) return invalid_limit();
  const auto after = position_of(request);
  if (!after) return invalid_cursor();
  const auto run = context.store.run(request.run_id);
  if (!run) return unknown_run();
  const std::vector<NodeRow> found = context.store.nodes(run->number, *after, *limit);
  std::string body =
      "{\"runId\":" + boost::json::serialize(boost::json::string(run->run_id)) + ",\"nodes\":[";
  std::size_t count = 0;
  while (count < found.size() && body.size() < max_page_bytes) {
    if (count > 0) body += ',';
    body += node_json(context.store, *run, found[count++]);
  }
  body += ']';
  if (count < found.size() || count == *limit) {
    body += ",\"cursor\":\"" + encode_cursor(found[count - 1].first_event) + '"';
  }
  return json_response(body + '}');
}

}  // namespace trace::collector::api
