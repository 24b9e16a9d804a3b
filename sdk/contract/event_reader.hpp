// One event of foreign JSON, judged. Used by the parsers of events and of envelopes.
#pragma once

#include <string_view>
#include <vector>

#include <trace/event.hpp>
#include "contract/json_document.hpp"

namespace trace::detail::contract {

// Nesting of whole payloads: a `data` of the depth that the SDK lets pass fits in here.
inline constexpr std::size_t max_payload_depth = 208;

// The name that an event has in a note when none of its fields is meant.
inline constexpr std::string_view whole_event = "event";

// Reads what can be read into `event` and adds each broken rule to `errors`, with the field's
// path from the event on ("error.code").
void read_event(const simdjson::dom::element& json, EventPayload& event,
                std::vector<FieldError>& errors);

}  // namespace trace::detail::contract
