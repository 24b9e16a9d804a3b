// SPDX-License-Identifier: Apache-2.0
// Envelopes of untrusted JSON: as a whole (parse_envelope, for readers) or event by event
// (judge_envelope, for ingesting backends).
#include <algorithm>
#include <limits>

#include <trace/event.hpp>
#include "contract/event_reader.hpp"
#include "contract/identifier.hpp"
#include "contract/member_reader.hpp"

namespace trace {
namespace {

// A list of thousands of invalid events does not help the sender, and would be many times as large
// as the request.
constexpr std::size_t most_invalid_events = 10'000;
constexpr std::size_t most_noted_events = 100;
// No valid event is shorter. Elements of an array may be: memory is reserved for valid events only.
constexpr std::size_t shortest_event = 100;

// An envelope without its events, which the caller reads.
struct Opened {
  StreamEnvelope envelope;
  simdjson::dom::array events;
  bool has_events = false;  // otherwise `events` is invalid
  std::vector<FieldError> errors;
};

void read_total_actions(detail::contract::MemberReader& reader,
                        const detail::contract::Member& member, std::optional<std::uint32_t>& to) {
  if (!member) return;
  std::uint64_t count = 0;
  reader.count("totalActions", member, 1, count);
  if (count > std::numeric_limits<std::uint32_t>::max()) {
    reader.note("totalActions", "must be an integer of at most 4294967295");
  } else if (count != 0) {
    to = static_cast<std::uint32_t>(count);
  }
}

bool is_ulid(std::string_view text) noexcept {
  constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  return text.size() == 26 && text.find_first_not_of(letters) == std::string_view::npos;
}

Opened open_envelope(std::string_view json) {
  static constexpr std::array<std::string_view, 8> names{
      "runId",          "events",       "cursor",     "workflowId",
      "organizationId", "totalActions", "finishedAt", "session"};
  Opened opened;
  const auto object = detail::contract::read_payload(json, "envelope", opened.errors);
  if (!object) return opened;

  const auto& [run_id, events, cursor, workflow_id, organization_id, total_actions, finished_at,
               session] = detail::contract::members_of(*object, names);
  detail::contract::MemberReader reader(opened.errors);
  StreamEnvelope& envelope = opened.envelope;
  reader.non_empty_text("runId", run_id, envelope.run_id);
  if (!events) {
    reader.note("events", "is required");
  } else if (events->get(opened.events) == simdjson::SUCCESS) {
    opened.has_events = true;
  } else {
    reader.note("events", "must be an array");
  }
  reader.text("cursor", cursor, envelope.cursor);
  reader.text("workflowId", workflow_id, envelope.workflow_id);
  reader.text("organizationId", organization_id, envelope.organization_id);
  read_total_actions(reader, total_actions, envelope.total_actions);
  if (finished_at) reader.timestamp("finishedAt", finished_at, envelope.finished_at);
  reader.text("session", session, envelope.session);
  if (envelope.session && !is_ulid(*envelope.session)) reader.note("session", "must be a ULID");
  return opened;
}

// What a backend requires of an event beyond the contract's schema.
void check_for_ingestion(const EventPayload& event, std::string_view run_id,
                         std::vector<FieldError>& errors) {
  if (event.id.empty()) errors.push_back({"id", "must not be empty"});
  if (const auto rule = detail::contract::fault_of_node_id(event.node_id); !rule.empty()) {
    errors.push_back({"nodeId", std::string(rule)});
  }
  if (event.run_id != run_id) errors.push_back({"runId", "must be the runId of the envelope"});
}

std::string path_in_envelope(std::size_t index, const std::string& field) {
  std::string path = "events[" + std::to_string(index) + "]";
  return field == detail::contract::whole_event ? path : path.append(".").append(field);
}

}  // namespace

Result<StreamEnvelope> parse_envelope(std::string_view json) {
  Opened opened = open_envelope(json);
  if (!opened.has_events) return Error(std::move(opened.errors));

  std::size_t index = 0;
  std::size_t wrong_events = 0;
  std::vector<FieldError> errors;
  for (const simdjson::dom::element event : opened.events) {
    detail::contract::read_event(event, opened.envelope.events.emplace_back(), errors);
    if (!errors.empty() && ++wrong_events > most_noted_events) {
      opened.errors.push_back({"events", "more of them are invalid"});
      break;
    }
    for (auto& [field, message] : errors) {
      opened.errors.push_back({path_in_envelope(index, field), std::move(message)});
    }
    errors.clear();
    ++index;
  }
  if (!opened.errors.empty()) return Error(std::move(opened.errors));
  return std::move(opened.envelope);
}

Result<JudgedEnvelope> judge_envelope(std::string_view json) {
  Opened opened = open_envelope(json);
  if (opened.errors.empty()) {
    if (const auto rule = detail::contract::fault_of_run_id(opened.envelope.run_id);
        !rule.empty()) {
      opened.errors.push_back({"runId", std::string(rule)});
    }
  }
  if (!opened.errors.empty()) return Error(std::move(opened.errors));

  JudgedEnvelope judged{std::move(opened.envelope), {}};
  std::vector<EventPayload>& events = judged.envelope.events;
  events.reserve(std::min(opened.events.size(), json.size() / shortest_event));
  std::vector<FieldError> errors;
  std::size_t index = 0;
  for (const simdjson::dom::element json_event : opened.events) {
    EventPayload& event = events.emplace_back();
    detail::contract::read_event(json_event, event, errors);
    if (errors.empty()) check_for_ingestion(event, judged.envelope.run_id, errors);
    if (!errors.empty()) {
      if (judged.invalid.size() == most_invalid_events) {
        return Error("events", "more than 10000 of them are invalid, the first one by " +
                                   judged.invalid.front().error.text());
      }
      judged.invalid.push_back({index, std::move(event.id), Error(std::move(errors))});
      errors = {};
      events.pop_back();
    }
    ++index;
  }
  return judged;
}

}  // namespace trace
