// SPDX-License-Identifier: Apache-2.0
#include "emitter/backend/overviews.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trace::cli::backend {
namespace {

using simdjson::dom::element;

constexpr std::size_t page_limit = 1000;

// A member that may be absent.
std::string text_in(const element& object, std::string_view name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

std::uint64_t number_in(const element& object, std::string_view name) {
  std::uint64_t number = 0;
  if (object[name].get(number) != simdjson::SUCCESS) return 0;
  return number;
}

// Throws simdjson::simdjson_error when the id or the status is missing; so does node_of().
RunOverview run_of(const element& entry) {
  RunOverview run;
  run.id = std::string(std::string_view(entry["runId"]));
  run.status = std::string(std::string_view(entry["status"]));
  run.workflow = text_in(entry, "workflowId");
  run.started_at = text_in(entry, "startedAt");
  run.ended_at = text_in(entry, "completedAt");
  run.events = number_in(entry, "events");
  run.total = number_in(entry, "totalActions");
  element nodes;
  if (entry["nodes"].get(nodes) == simdjson::SUCCESS) {
    run.started = number_in(nodes, "started");
    run.completed = number_in(nodes, "completed");
    run.failed = number_in(nodes, "failed");
  }
  run.json = simdjson::minify(entry);
  return run;
}

NodeOverview node_of(const element& entry) {
  NodeOverview node;
  node.id = std::string(std::string_view(entry["nodeId"]));
  node.status = std::string(std::string_view(entry["status"]));
  node.parent = text_in(entry, "parent");
  node.attempts = number_in(entry, "attempts");
  node.started_at = text_in(entry, "startedAt");
  std::uint64_t duration = 0;
  if (entry["durationMs"].get(duration) == simdjson::SUCCESS) node.duration_ms = duration;
  node.events = number_in(entry, "events");
  element member;
  if (entry["counts"].get(member) == simdjson::SUCCESS) {
    node.warnings = number_in(member, "warn");
    node.errors = number_in(member, "error");
  }
  node.last_message = text_in(entry, "lastMessage");
  if (entry["failure"].get(member) == simdjson::SUCCESS) {
    node.failure = text_in(member, "reason");
    node.failure_code = text_in(member, "code");
  }
  node.json = simdjson::minify(entry);
  return node;
}

// A page of a list: calls back for each entry until that returns false. Returns the cursor of the
// next page; empty when there is none, or the callback has had enough.
Result<std::string> read_page(const std::string& body, std::string_view list,
                              const std::function<bool(const element&)>& on_entry) try {
  simdjson::dom::parser parser;
  const element page = parser.parse(body);
  bool is_empty = true;
  for (const element entry : page[list].get_array()) {
    if (!on_entry(entry)) return std::string();
    is_empty = false;
  }
  return is_empty ? std::string() : text_in(page, "cursor");
} catch (const simdjson::simdjson_error& error) {
  return Error("", fmt::format("the backend's response is not a list of {}: {}; check --endpoint",
                               list, error.what()));
}

std::string with_cursor(std::string path, const std::string& cursor) {
  if (!cursor.empty()) path += "&cursor=" + http::percent_encoded(cursor);
  return path;
}

Error stuck() {
  return Error("cursor",
               "does not advance from page to page; this is not a trace backend, check "
               "--endpoint");
}

}  // namespace

Result<bool> read_runs(Backend& backend, std::size_t limit,
                       const std::function<bool(RunOverview&)>& on_run) {
  std::string cursor;
  for (;;) {
    const auto body = backend.get(
        with_cursor(fmt::format("/workflows/runs?limit={}", std::min(limit, page_limit)), cursor));
    if (!body) return body.error();
    auto next = read_page(*body, "runs", [&](const element& entry) {
      RunOverview run = run_of(entry);
      return on_run(run);
    });
    if (!next) return next.error();
    if (next->empty()) return true;
    if (*next == cursor) return stuck();
    cursor = std::move(*next);
  }
}

Result<std::optional<std::vector<NodeOverview>>> read_nodes(Backend& backend,
                                                            std::string_view run) {
  std::vector<NodeOverview> nodes;
  std::string cursor;
  for (;;) {
    const auto body = backend.get_if_known(
        with_cursor(run_path(run, fmt::format("/nodes?limit={}", page_limit)), cursor));
    if (!body) return body.error();
    if (!*body) return std::optional<std::vector<NodeOverview>>();
    auto next = read_page(**body, "nodes", [&](const element& entry) {
      nodes.push_back(node_of(entry));
      return true;
    });
    if (!next) return next.error();
    if (next->empty()) return std::optional(std::move(nodes));
    if (*next == cursor) return stuck();
    cursor = std::move(*next);
  }
}

Result<RunStatusPayload> run_status_in(const Result<std::string>& body) {
  if (!body) return body.error();
  auto status = parse_run_status(*body);
  if (status) return status;
  return Error("", fmt::format("the backend's response is not a run status: {}; check --endpoint",
                               status.error().text()));
}

}  // namespace trace::cli::backend
