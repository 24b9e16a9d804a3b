// SPDX-License-Identifier: Apache-2.0
// Writes whole payloads: the append form of to_json(), for callers that reuse a buffer. Pure
// functions, safe on any thread.
#pragma once

#include <string>
#include <string_view>

#include <trace/event.hpp>

namespace trace::detail::contract {

// Appends contract JSON without a newline. `output_summary` and `data` are copied as they are.
void append_event(std::string& out, const EventPayload& event);

// Appends the part of an envelope before its events: {"runId":…,"events":[ Empty texts and 0 mean
// unknown and are omitted. Events, separated by commas, and "]}" follow.
void append_envelope_start(std::string& out, std::string_view run_id, std::string_view workflow_id,
                           std::string_view organization_id, std::uint32_t total_actions);

}  // namespace trace::detail::contract
