#include "reading.hpp"

#include <fmt/core.h>

#include <boost/json.hpp>
#include <charconv>

#include "cursor.hpp"
#include "wall_clock.hpp"

namespace trace::collector {
namespace {

constexpr std::size_t default_limit = 1'000;
constexpr std::size_t largest_limit = 10'000;
// A page of large events ends here, so that no answer takes more memory than a few of these.
constexpr std::size_t page_bytes = std::size_t{16} << 20;
// A stream's pages are small: each waits in memory until a slow client has taken it.
constexpr std::size_t stream_limit = 1'000;
constexpr std::size_t stream_bytes = std::size_t{1} << 20;

std::optional<std::size_t> limit_of(const Route& route) {
  const auto text = route.parameter("limit");
  if (!text) return default_limit;
  std::size_t limit = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (fault != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  if (limit < 1 || limit > largest_limit) return std::nullopt;
  return limit;
}

Answer bad_limit() {
  return error_answer(400, "limit", fmt::format("must be an integer of 1 to {}", largest_limit));
}

std::string envelope_of(const std::string& run_id, std::vector<EventPayload> events,
                        std::uint64_t sequence) {
  StreamEnvelope envelope;
  envelope.run_id = run_id;
  envelope.events = std::move(events);
  envelope.cursor = encode_cursor(sequence);
  return to_json(envelope);
}

// The sequence of the last event; their ids are sequences.
std::uint64_t last_sequence(const std::vector<EventPayload>& events, std::uint64_t otherwise) {
  if (events.empty()) return otherwise;
  return std::stoull(events.back().id);
}

boost::json::object overview_of(const RunRecord& run) {
  const RunState& state = run.state;
  boost::json::object out{
      {"runId", run.run_id},
      {"workflowId", run.workflow_id},
      {"status", name(state.status())},
      {"startedAt", state.started_at.empty() ? run.registered_at : state.started_at},
      {"events", state.events},
      {"nodes",
       {{"started", state.started_nodes()},
        {"completed", state.completed_nodes},
        {"failed", state.failed_nodes}}}};
  if (!run.organization_id.empty()) out["organizationId"] = run.organization_id;
  if (!state.completed_at.empty()) out["completedAt"] = state.completed_at;
  if (state.total_actions > 0) out["totalActions"] = state.total_actions;
  return out;
}

boost::json::object gaps_of(const EmitterGaps& emitter) {
  boost::json::array missing;
  for (const auto& [from, to] : emitter.missing) {
    missing.push_back(boost::json::object{{"from", from}, {"to", to}});
  }
  return {{"emitter", emitter.emitter}, {"highest", emitter.highest}, {"missing", missing}};
}

}  // namespace

std::optional<std::uint64_t> cursor_of(const std::optional<std::string>& text) {
  return text ? decode_cursor(*text) : 0;
}

Answer unknown_run() { return error_answer(404, "runId", "there is no such run"); }

Answer bad_cursor() { return error_answer(400, "cursor", "is not one that this backend gave"); }

Answer Reading::runs(const Route& route) {
  const auto limit = limit_of(route);
  if (!limit) return bad_limit();
  const auto before = cursor_of(route.parameter("cursor"));
  if (!before) return bad_cursor();
  const std::vector<RunRecord> found = store_.runs(*before, *limit);
  boost::json::array runs;
  for (const RunRecord& run : found) runs.push_back(overview_of(run));
  boost::json::object body{{"runs", std::move(runs)}};
  if (found.size() == *limit) body["cursor"] = encode_cursor(found.back().number);
  return {.body = boost::json::serialize(body)};
}

Answer Reading::status(const Route& route) {
  const auto run = store_.run(route.run_id);
  if (!run) return unknown_run();
  return {.body = to_json(status_of(*run, timestamp_now()))};
}

Answer Reading::trace(const Route& route) {
  const auto limit = limit_of(route);
  if (!limit) return bad_limit();
  const auto after = cursor_of(route.parameter("cursor"));
  if (!after) return bad_cursor();
  const auto run = store_.run(route.run_id);
  if (!run) return unknown_run();
  auto events = store_.events(*run, *after, *limit, page_bytes);
  const std::uint64_t sequence = last_sequence(events, *after);
  return {.body = envelope_of(run->run_id, std::move(events), sequence)};
}

Answer Reading::gaps(const Route& route) {
  const auto limit = limit_of(route);
  if (!limit) return bad_limit();
  const auto run = store_.run(route.run_id);
  if (!run) return unknown_run();
  const RunGaps gaps = store_.gaps(*run, *limit);
  boost::json::array emitters;
  for (const EmitterGaps& emitter : gaps.emitters) emitters.push_back(gaps_of(emitter));
  const boost::json::object body{{"runId", run->run_id},
                                 {"missing", gaps.missing},
                                 {"ranges", gaps.ranges},
                                 {"truncated", gaps.ranges > *limit},
                                 {"emitters", std::move(emitters)}};
  return {.body = boost::json::serialize(body)};
}

std::optional<StreamStep> Reading::stream_step(const std::string& run_id, std::uint64_t after) {
  const auto run = store_.run(run_id);
  if (!run) return std::nullopt;
  auto events = store_.events(*run, after, stream_limit, stream_bytes);
  StreamStep step;
  step.sequence = last_sequence(events, after);
  step.at_end = step.sequence >= run->state.events;
  if (!events.empty()) step.events = envelope_of(run_id, std::move(events), step.sequence);
  RunStatusPayload status = status_of(*run, timestamp_now());
  step.run_status = status.status;
  step.status = to_json(status);
  status.updated_at = status.started_at;
  step.fingerprint = to_json(status);
  return step;
}

RunStatusPayload Reading::status_of(const RunRecord& run, std::string now) {
  const RunState& state = run.state;
  RunStatusPayload payload;
  payload.run_id = run.run_id;
  payload.workflow_id = run.workflow_id;
  payload.status = state.status();
  payload.started_at = state.started_at.empty() ? run.registered_at : state.started_at;
  payload.updated_at = std::move(now);
  if (!state.completed_at.empty()) payload.completed_at = state.completed_at;
  if (state.total_actions > 0) {
    payload.progress = RunProgress{state.completed_nodes, state.total_actions};
  }
  if (payload.status == RunStatus::failed) {
    if (const auto failed = store_.failed_node(run)) {
      boost::json::object details{{"nodeId", failed->node_id}};
      if (!failed->failure.code.empty()) details["code"] = failed->failure.code;
      payload.failure =
          RunFailure{failed->failure.reason, std::nullopt, boost::json::serialize(details)};
    }
  }
  return payload;
}

}  // namespace trace::collector
