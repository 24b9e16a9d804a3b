// SPDX-License-Identifier: Apache-2.0
#include "collector/api/routes.hpp"

#include <fmt/core.h>

#include <boost/json.hpp>
#include <charconv>

#include "collector/api/payloads.hpp"
#include "collector/run/status.hpp"

namespace trace::collector::api {
namespace {

constexpr std::size_t default_limit = 1'000;
constexpr std::size_t max_limit = 10'000;

}  // namespace

std::optional<std::size_t> limit_of(const Request& request) {
  const auto text = request.parameter("limit");
  if (!text) return default_limit;
  std::size_t limit = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (fault != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  if (limit < 1 || limit > max_limit) return std::nullopt;
  return limit;
}

Response invalid_limit() {
  return error_response(400, "limit", fmt::format("must be an integer from 1 to {}", max_limit));
}

namespace {

boost::json::object overview_of(const store::RunRow& run) {
  boost::json::object out{
      {"runId", run.run_id},
      {"workflowId", run.workflow_id},
      {"status", name(run::derive_status(run))},
      {"startedAt", run.started_at.empty() ? run.registered_at : run.started_at},
      {"events", run.events},
      {"nodes",
       {{"started", run.started_nodes()},
        {"completed", run.completed_nodes},
        {"failed", run.failed_nodes}}}};
  if (!run.organization_id.empty()) out["organizationId"] = run.organization_id;
  if (!run.completed_at.empty()) out["completedAt"] = run.completed_at;
  if (run.total_actions > 0) out["totalActions"] = run.total_actions;
  return out;
}

boost::json::object gaps_of(const store::EmitterGaps& emitter) {
  boost::json::array missing;
  for (const auto& [first, last] : emitter.missing) {
    missing.push_back(boost::json::object{{"from", first}, {"to", last}});
  }
  return {{"emitter", emitter.emitter}, {"highest", emitter.highest}, {"missing", missing}};
}

}  // namespace

Response runs(const Context& context, const Request& request) {
  const auto limit = limit_of(request);
  if (!limit) return invalid_limit();
  const auto before = position_of(request);
  if (!before) return invalid_cursor();
  const std::vector<store::RunRow> found = context.store.runs(*before, *limit);
  boost::json::array runs;
  for (const store::RunRow& run : found) runs.push_back(overview_of(run));
  boost::json::object body{{"runs", std::move(runs)}};
  if (found.size() == *limit) body["cursor"] = encode_cursor(found.back().number);
  return json_response(boost::json::serialize(body));
}

Response health(const Context& context, const Request&) {
  context.store.run("");
  return json_response(R"({"status":"ok"})");
}

Response metrics(const Context& context, const Request&) {
  return {.content_type = "text/plain; version=0.0.4", .body = context.metrics.text()};
}

Response status(const Context& context, const Request& request) {
  const auto run = context.store.run(request.run_id);
  if (!run) return unknown_run();
  return json_response(to_json(status_payload(context.store, *run)));
}

Response dataflows(const Context&, const Request& request) {
  const boost::json::object body{{"runId", request.run_id}, {"packets", boost::json::array()}};
  return json_response(boost::json::serialize(body));
}

Response logs(const Context&, const Request& request) {
  const boost::json::object body{{"runId", request.run_id}, {"logs", boost::json::array()}};
  return json_response(boost::json::serialize(body));
}

Response trace(const Context& context, const Request& request) {
  const auto limit = limit_of(request);
  if (!limit) return invalid_limit();
  const auto after = position_of(request);
  if (!after) return invalid_cursor();
  const auto run = context.store.run(request.run_id);
  // A client under /api/v1 takes a response without a query for the whole run, and polls for runs
  // that do not exist yet.
  if (!run && request.is_of_studio) return json_response(envelope_json(request.run_id, {}, 0));
  if (!run) return unknown_run();
  const bool is_whole = request.is_of_studio && !request.parameter("limit");
  const std::size_t most_bytes = is_whole ? 4 * context.max_body : max_page_bytes;
  auto events = context.store.events(*run, *after, is_whole ? SIZE_MAX / 2 : *limit, most_bytes);
  if (is_whole && last_sequence(events, *after) < run->events) {
    return error_response(
        413, "limit",
        fmt::format("the run has more than {} bytes of events; read it in pages with a limit",
                    most_bytes));
  }
  const std::uint64_t sequence = last_sequence(events, *after);
  return json_response(envelope_json(run->run_id, std::move(events), sequence));
}

Response gaps(const Context& context, const Request& request) {
  const auto limit = limit_of(request);
  if (!limit) return invalid_limit();
  const auto run = context.store.run(request.run_id);
  if (!run) return unknown_run();
  const store::RunGaps gaps = context.store.gaps(run->number, *limit);
  boost::json::array emitters;
  for (const store::EmitterGaps& emitter : gaps.emitters) emitters.push_back(gaps_of(emitter));
  const boost::json::object body{{"runId", run->run_id},
                                 {"missing", gaps.missing},
                                 {"ranges", gaps.ranges},
                                 {"truncated", gaps.ranges > *limit},
                                 {"emitters", std::move(emitters)}};
  return json_response(boost::json::serialize(body));
}

}  // namespace trace::collector::api
