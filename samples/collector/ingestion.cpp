#include "ingestion.hpp"

#include <fmt/core.h>

#include <boost/json.hpp>
#include <optional>
#include <vector>

#include "cursor.hpp"

namespace trace::collector {
namespace {

// Each line costs a transaction: a body of nothing but tiny lines must not hold the store for long.
constexpr std::size_t most_lines = 10'000;
// What is wrong with an event takes many times the memory of the event.
constexpr std::size_t most_invalid_events = 10'000;

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

boost::json::object told(const JudgedEnvelope& judged, const Taken& taken) {
  boost::json::array rejected;
  for (const JudgedEnvelope::Invalid& invalid : judged.invalid) {
    rejected.push_back({{"id", invalid.id}, {"reason", invalid.error.text()}});
  }
  boost::json::object through;
  for (const auto& [emitter, sequence] : taken.through) through[emitter] = sequence;
  return {{"runId", judged.envelope.run_id}, {"accepted", taken.accepted},
          {"duplicates", taken.duplicates},  {"rejected", std::move(rejected)},
          {"through", std::move(through)},   {"cursor", encode_cursor(taken.last_sequence)},
          {"status", name(taken.status)}};
}

Answer refused_line(std::size_t index, const Error& error) {
  const FieldError& first = error.fields().front();
  return error_answer(400, first.field, fmt::format("line {}: {}", index + 1, error.text()));
}

// The envelopes of the lines, or the refusal of them all.
std::optional<Answer> judge_lines(const std::vector<std::string_view>& lines,
                                  std::vector<JudgedEnvelope>& envelopes) {
  std::size_t invalid = 0;
  for (const std::string_view line : lines) {
    auto judged = judge_envelope(line);
    if (!judged) return refused_line(envelopes.size(), judged.error());
    envelopes.push_back(std::move(*judged));
    invalid += envelopes.back().invalid.size();
    if (invalid <= most_invalid_events) continue;
    const std::string reasons = envelopes.back().invalid.back().error.text();
    return error_answer(400, "events",
                        fmt::format("more than {} of the body are invalid, the last one by {}",
                                    most_invalid_events, reasons));
  }
  return std::nullopt;
}

}  // namespace

Answer Ingestion::take(Encoding encoding, std::string_view body) {
  if (encoding == Encoding::identity) return take_lines(body);
  const Inflated inflated = inflate(encoding, body, max_body_);
  switch (inflated.outcome) {
    case Inflated::Outcome::corrupt:
      return error_answer(400, "body", "is not what its Content-Encoding says, or is cut off");
    case Inflated::Outcome::too_large:
      return error_answer(413, "body",
                          fmt::format("is larger than {} bytes after inflation", max_body_));
    case Inflated::Outcome::whole:
      break;
  }
  return take_lines(inflated.bytes);
}

Answer Ingestion::take_lines(std::string_view body) {
  const std::vector<std::string_view> lines = lines_of(body);
  if (lines.empty()) return error_answer(400, "body", "is empty: send one envelope per line");
  if (lines.size() > most_lines) {
    return error_answer(413, "body", fmt::format("has more than {} lines", most_lines));
  }

  std::vector<JudgedEnvelope> envelopes;
  if (auto refusal = judge_lines(lines, envelopes)) return std::move(*refusal);

  boost::json::array runs;
  for (const JudgedEnvelope& judged : envelopes) {
    try {
      runs.push_back(told(judged, store_.take(judged)));
    } catch (const StoreError& error) {
      // Lines that are committed are acknowledged; the sender keeps the rest.
      if (runs.empty()) return store_failed(error.what());
      break;
    }
    stored_(judged.envelope.run_id);
  }
  return {.body = boost::json::serialize(boost::json::object{{"runs", std::move(runs)}})};
}

}  // namespace trace::collector
