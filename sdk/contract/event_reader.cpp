// SPDX-License-Identifier: Apache-2.0
#include "contract/event_reader.hpp"

#include "contract/json_repair.hpp"
#include "contract/member_reader.hpp"

namespace trace {
namespace detail::contract {
namespace {

void read_error(const simdjson::dom::object& json, ErrorInfo& error,
                std::vector<FieldError>& errors) {
  static constexpr std::array<std::string_view, 4> names{"message", "stack", "code", "type"};
  const auto& [message, stack, code, type] = members_of(json, names);
  MemberReader reader(errors, "error.");
  reader.text("message", message, error.message);
  reader.text("stack", stack, error.stack);
  reader.text("code", code, error.code);
  // Not of the contract: another type is dropped, as other unknown members are.
  if (type) {
    if (const auto text = string_in(*type)) error.type.emplace(*text);
  }
}

}  // namespace

std::optional<simdjson::dom::object> read_payload(std::string_view json, std::string_view field,
                                                  std::vector<FieldError>& errors) {
  JsonDocument& document = JsonDocument::of_this_thread();
  simdjson::dom::object object;
  std::string_view fault = document.read(json, max_payload_depth);
  if (fault.empty() && document.root().get(object) != simdjson::SUCCESS) {
    fault = "must be an object";
  }
  if (fault.empty()) return object;
  errors.push_back({std::string(field), std::string(fault)});
  return std::nullopt;
}

void read_event(const simdjson::dom::element& json, EventPayload& event,
                std::vector<FieldError>& errors) {
  static constexpr std::array<std::string_view, 10> names{
      "id",        "runId",   "nodeId", "type",          "level",
      "timestamp", "message", "error",  "outputSummary", "data"};
  simdjson::dom::object object;
  if (json.get(object) != simdjson::SUCCESS) {
    errors.push_back({std::string(whole_event), "must be an object"});
    return;
  }
  const auto& [id, run_id, node_id, type, level, timestamp, message, error, output_summary, data] =
      members_of(object, names);
  MemberReader reader(errors);
  reader.text("id", id, event.id);
  reader.non_empty_text("runId", run_id, event.run_id);
  reader.non_empty_text("nodeId", node_id, event.node_id);
  reader.word("type", type, type_from_name, "STARTED, PROGRESS, COMPLETED, FAILED", event.type);
  reader.word("level", level, level_from_name, "info, warn, error, debug", event.level);
  reader.timestamp("timestamp", timestamp, event.timestamp);
  reader.text("message", message, event.message);
  if (const auto details = reader.object("error", error)) {
    read_error(*details, event.error.emplace(), errors);
  }
  reader.json_object("outputSummary", output_summary, event.output_summary);
  reader.json_object("data", data, event.data);
}

}  // namespace detail::contract

Result<EventPayload> parse_event(std::string_view json) {
  auto& document = detail::contract::JsonDocument::of_this_thread();
  const std::string_view fault = document.read(json, detail::contract::max_payload_depth);
  if (!fault.empty()) return Error(std::string(detail::contract::whole_event), std::string(fault));

  EventPayload event;
  std::vector<FieldError> errors;
  detail::contract::read_event(document.root(), event, errors);
  if (!errors.empty()) return Error(std::move(errors));
  return event;
}

Result<std::string> parse_data(std::string_view json) {
  bool has_reserved = false;
  if (auto data = detail::contract::repaired_data(json, has_reserved)) return std::move(*data);
  auto& document = detail::contract::JsonDocument::of_this_thread();
  const std::string_view fault = document.read(json, detail::contract::max_json_depth);
  return Error("data", std::string(fault.empty() ? "must be an object" : fault));
}

}  // namespace trace
