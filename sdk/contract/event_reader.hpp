// SPDX-License-Identifier: Apache-2.0
// Reads and validates one event of untrusted JSON. Used by the parsers of events and envelopes.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <trace/event.hpp>
#include "contract/json_document.hpp"

namespace trace::detail::contract {

// Nesting of whole payloads: large enough for a `data` of the maximum depth.
inline constexpr std::size_t max_payload_depth = 208;

// The field name of errors that concern the whole event.
inline constexpr std::string_view whole_event = "event";

// Parses a whole payload; adds an error of `field` if it is not an object. Valid until the thread
// parses again.
std::optional<simdjson::dom::object> read_payload(std::string_view json, std::string_view field,
                                                  std::vector<FieldError>& errors);

// Reads valid fields into `event` and adds each violated rule to `errors`, with the field's path
// within the event ("error.code").
void read_event(const simdjson::dom::element& json, EventPayload& event,
                std::vector<FieldError>& errors);

}  // namespace trace::detail::contract
