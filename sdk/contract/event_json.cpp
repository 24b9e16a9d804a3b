// SPDX-License-Identifier: Apache-2.0
#include "contract/event_json.hpp"

#include "text/json_text.hpp"

namespace trace {
namespace detail::contract {
namespace {

// `key` includes its comma, quotes and colon: all keys are constants that need no escapes.
void append_member(std::string& out, std::string_view key, std::string_view text) {
  out += key;
  text::append_quoted(out, text);
}

void append_member(std::string& out, std::string_view key, const std::optional<std::string>& text) {
  if (text) append_member(out, key, std::string_view(*text));
}

void append_json_member(std::string& out, std::string_view key,
                        const std::optional<std::string>& json) {
  if (json) out.append(key).append(*json);
}

}  // namespace

void append_event(std::string& out, const EventPayload& event) {
  append_member(out, R"({"id":)", std::string_view(event.id));
  append_member(out, R"(,"runId":)", std::string_view(event.run_id));
  append_member(out, R"(,"nodeId":)", std::string_view(event.node_id));
  append_member(out, R"(,"type":)", name(event.type));
  append_member(out, R"(,"level":)", name(event.level));
  append_member(out, R"(,"timestamp":)", std::string_view(event.timestamp));
  append_member(out, R"(,"message":)", event.message);
  if (event.error) {
    append_member(out, R"(,"error":{"message":)", std::string_view(event.error->message));
    append_member(out, R"(,"stack":)", event.error->stack);
    append_member(out, R"(,"code":)", event.error->code);
    append_member(out, R"(,"type":)", event.error->type);
    out += '}';
  }
  append_json_member(out, R"(,"outputSummary":)", event.output_summary);
  append_json_member(out, R"(,"data":)", event.data);
  out += '}';
}

void append_envelope_start(std::string& out, std::string_view run_id, std::string_view workflow_id,
                           std::string_view organization_id, std::uint32_t total_actions) {
  append_member(out, R"({"runId":)", run_id);
  if (!workflow_id.empty()) append_member(out, R"(,"workflowId":)", workflow_id);
  if (!organization_id.empty()) append_member(out, R"(,"organizationId":)", organization_id);
  if (total_actions != 0) {
    out += R"(,"totalActions":)";
    text::append_number(out, total_actions);
  }
  out += R"(,"events":[)";
}

}  // namespace detail::contract

std::string to_json(const EventPayload& event) {
  std::string out;
  detail::contract::append_event(out, event);
  return out;
}

std::string to_json(const StreamEnvelope& envelope) {
  std::string out;
  detail::contract::append_envelope_start(out, envelope.run_id, envelope.workflow_id.value_or(""),
                                          envelope.organization_id.value_or(""),
                                          envelope.total_actions.value_or(0));
  for (const EventPayload& event : envelope.events) {
    if (&event != envelope.events.data()) out += ',';
    detail::contract::append_event(out, event);
  }
  out += ']';
  detail::contract::append_member(out, R"(,"finishedAt":)", envelope.finished_at);
  detail::contract::append_member(out, R"(,"session":)", envelope.session);
  detail::contract::append_member(out, R"(,"cursor":)", envelope.cursor);
  out += '}';
  return out;
}

}  // namespace trace
