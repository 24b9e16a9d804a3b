// SPDX-License-Identifier: Apache-2.0
#include "collector/api/routes.hpp"

#include <fmt/core.h>

#include <boost/json.hpp>
#include <optional>
#include <vector>

#include "collector/api/content_encoding.hpp"
#include "collector/api/payloads.hpp"
#include "collector/run/batch.hpp"

namespace trace::collector::api {
namespace {

// Each line costs a transaction: a body of tiny lines must not occupy the store for long.
constexpr std::size_t max_lines = 10'000;
// The description of what is wrong with an event takes many times the memory of the event.
constexpr std::size_t max_invalid_events = 10'000;

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::vector<std::string_view> lines_of(std::string_view body) {
  std::vector<std::string_view> lines;
  while (!body.empty()) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), line.size() + 1));
    if (!is_blank(line)) lines.push_back(line);
  }
  return lines;
}

boost::json::object acknowledgement(const JudgedEnvelope& judged, const run::BatchResult& result) {
  boost::json::array rejected;
  for (const JudgedEnvelope::Invalid& invalid : judged.invalid) {
    rejected.push_back({{"id", invalid.id}, {"reason", invalid.error.text()}});
  }
  boost::json::object through;
  for (const auto& [emitter, sequence] : result.through) through[emitter] = sequence;
  return {{"runId", judged.envelope.run_id}, {"accepted", result.accepted},
          {"duplicates", result.duplicates}, {"rejected", std::move(rejected)},
          {"through", std::move(through)},   {"cursor", encode_cursor(result.last_sequence)},
          {"status", name(result.status)}};
}

Response invalid_line(std::size_t index, const Error& error) {
  const FieldError& first = error.fields().front();
  return error_response(400, first.field, fmt::format("line {}: {}", index + 1, error.text()));
}

// Reads the envelopes of all lines. Returns a refusal of the body when one cannot be read.
std::optional<Response> judge_lines(const std::vector<std::string_view>& lines,
                                    std::vector<JudgedEnvelope>& envelopes) {
  std::size_t invalid = 0;
  for (const std::string_view line : lines) {
    auto judged = judge_envelope(line);
    if (!judged) return invalid_line(envelopes.size(), judged.error());
    envelopes.push_back(std::move(*judged));
    invalid += envelopes.back().invalid.size();
    if (invalid <= max_invalid_events) continue;
    const std::string reasons = envelopes.back().invalid.back().error.text();
    return error_response(
        400, "events",
        fmt::format("more than {} events of the body are invalid; the last one: {}",
                    max_invalid_events, reasons));
  }
  return std::nullopt;
}

// Before the events: those that end the nodes of a lost worker must find them running.
void hear(const Context& context, const std::string& session) {
  std::vector<std::string> changed;
  try {
    context.watch.hear(session, run::milliseconds_now(), changed);
  } catch (const store::StoreError&) {  // the events fail as well, or the next lease is stored
  }
  for (const std::string& run_id : changed) context.on_stored(run_id);
}

void count(Metrics& metrics, const JudgedEnvelope& judged, const run::BatchResult& result) {
  ++metrics.envelopes;
  metrics.accepted += result.accepted;
  metrics.duplicates += result.duplicates;
  metrics.rejected += judged.invalid.size();
}

Response ingest_lines(const Context& context, std::string_view body) {
  const std::vector<std::string_view> lines = lines_of(body);
  if (lines.empty()) return error_response(400, "body", "is empty: send one envelope per line");
  if (lines.size() > max_lines) {
    return error_response(413, "body", fmt::format("has more than {} lines", max_lines));
  }

  std::vector<JudgedEnvelope> envelopes;
  if (auto refusal = judge_lines(lines, envelopes)) return std::move(*refusal);

  boost::json::array runs;
  for (const JudgedEnvelope& judged : envelopes) {
    try {
      if (judged.envelope.session) hear(context, *judged.envelope.session);
      const auto result = run::append_batch(context.store, judged, context.watch.quiet_times());
      count(context.metrics, judged, result);
      runs.push_back(acknowledgement(judged, result));
    } catch (const store::StoreError& error) {
      ++context.metrics.store_failures;
      // Acknowledge the lines that are committed; the sender keeps the others.
      if (runs.empty()) return store_failed(error.what());
      break;
    }
    context.on_stored(judged.envelope.run_id);
  }
  return json_response(boost::json::serialize(boost::json::object{{"runs", std::move(runs)}}));
}

}  // namespace

Response ingest(const Context& context, const Request& request) {
  if (request.encoding == ContentEncoding::identity) return ingest_lines(context, request.body);
  const Inflated inflated = inflate(request.encoding, request.body, context.max_body);
  if (inflated.outcome == Inflated::Outcome::corrupt) {
    return error_response(400, "body", "does not match its Content-Encoding, or is truncated");
  }
  if (inflated.outcome == Inflated::Outcome::too_large) {
    return error_response(413, "body",
                          fmt::format("is larger than {} bytes after inflation", context.max_body));
  }
  return ingest_lines(context, inflated.bytes);
}

}  // namespace trace::collector::api
