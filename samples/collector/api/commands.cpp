// SPDX-License-Identifier: Apache-2.0
// What users and workflow engines say about a run: cancel, finish, and the engine's own facts.
#include <fmt/core.h>

#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/api/payloads.hpp"
#include "collector/api/routes.hpp"
#include "collector/run/batch.hpp"

namespace trace::collector::api {
namespace {

using Change = std::function<bool(store::RunRow& run, std::vector<store::NodeRow>& nodes)>;

std::optional<store::RunRow> change(const Context& context, const Request& request,
                                    const Change& change) {
  return run::change_run(context.store, request.run_id, {}, context.watch.quiet_times(),
                         run::milliseconds_now(), change);
}

Response changed(const Context& context, const store::RunRow& run) {
  context.on_stored(run.run_id);
  return json_response(to_json(status_payload(context.store, run)));
}

// Of a text of a client, for our stderr.
std::string printable(std::string_view text) {
  std::string out(text.substr(0, 64));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

// The names of Temporal's WorkflowExecutionStatusName beside those of the contract.
std::optional<RunStatus> status_of_engine(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, RunStatus>, 2> others{{
      {"CANCELED", RunStatus::cancelled},
      {"CONTINUED_AS_NEW", RunStatus::running},
  }};
  for (const auto& [other, status] : others) {
    if (name == other) return status;
  }
  return run_status_from_name(name);
}

// Reads the facts as the status payload that they will become. What the engine leaves out is filled
// in, so that the contract's own rules judge the rest.
Result<RunStatusPayload> read_facts(const Request& request, boost::json::object facts,
                                    std::string_view started_at) {
  const auto name_of_status = [&]() -> std::string_view {
    const boost::json::value* status = facts.if_contains("status");
    return status != nullptr && status->is_string() ? std::string_view(status->as_string())
                                                    : std::string_view();
  }();
  if (name_of_status.empty()) return Error("status", "must be the name of a status");
  auto status = status_of_engine(name_of_status);
  if (!status) {
    fmt::print(stderr, "shiptrace-collector: unknown status \"{}\" of an engine taken as RUNNING\n",
               printable(name_of_status));
    status = RunStatus::running;
  }
  facts["status"] = name(*status);
  facts["runId"] = request.run_id;
  const auto fill = [&](std::string_view key, boost::json::value value) {
    if (!facts.contains(key)) facts[key] = std::move(value);
  };
  fill("workflowId", "");
  fill("taskQueue", "");
  fill("historyLength", 0);
  fill("startedAt", boost::json::string(started_at));
  facts["updatedAt"] = run::timestamp_now();
  return parse_run_status(boost::json::serialize(facts));
}

// The rules of ingestion hold for the run's id and the number of its actions.
Result<JudgedEnvelope> registration(const RunStatusPayload& facts) {
  boost::json::object envelope{{"runId", facts.run_id}, {"events", boost::json::array()}};
  if (!facts.workflow_id.empty()) envelope["workflowId"] = facts.workflow_id;
  if (facts.progress) envelope["totalActions"] = facts.progress->total_actions;
  return judge_envelope(boost::json::serialize(envelope));
}

Response refusal(const Error& error) {
  return error_response(400, error.fields().front().field, error.text());
}

}  // namespace

Response cancel(const Context& context, const Request& request) {
  bool is_over = false;
  const auto run = change(context, request, [&](store::RunRow& row, auto&) {
    is_over = run::is_over(row);
    if (!is_over) run::set_cancelled(row, run::timestamp_now());
    return !is_over;
  });
  if (!run) return unknown_run();
  if (is_over && run->cancelled_at.empty()) {
    return error_response(409, "",
                          fmt::format("the run is over: {}", name(run::derive_status(*run))));
  }
  return changed(context, *run);
}

Response finish(const Context& context, const Request& request) {
  const auto run = change(context, request, [](store::RunRow& row, auto&) {
    const bool is_new = row.finished_at.empty();
    // Whatever the workers' clocks say, a person says it now.
    const std::string now = run::timestamp_now();
    if (is_new) {
      run::set_finished(row, run::is_before(now, row.last_start_at) ? row.last_start_at : now);
    }
    return is_new;
  });
  return run ? changed(context, *run) : unknown_run();
}

Response put_run(const Context& context, const Request& request) {
  boost::json::error_code fault;
  boost::json::value body = boost::json::parse(request.body, fault);
  if (fault || !body.is_object()) return error_response(400, "body", "must be a JSON object");
  const auto known = context.store.run(request.run_id);
  const std::string started_at =
      known ? status_payload(context.store, *known).started_at : run::timestamp_now();
  const auto facts = read_facts(request, std::move(body.as_object()), started_at);
  if (!facts) return refusal(facts.error());
  const auto judged = registration(*facts);
  if (!judged) return refusal(judged.error());
  run::append_batch(context.store, *judged, context.watch.quiet_times());
  const auto run = change(context, request, [&](store::RunRow& row, auto&) {
    run::set_engine(row, facts->status, to_json(*facts));
    return true;
  });
  return run ? changed(context, *run) : unknown_run();
}

}  // namespace trace::collector::api
