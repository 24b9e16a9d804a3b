// SPDX-License-Identifier: Apache-2.0
// JSON payloads that several responses and feeds share. Pure functions but for the store that
// status_payload() reads; called on a store thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <trace/event.hpp>
#include <trace/status.hpp>

#include "collector/store/store.hpp"

namespace trace::collector::api {

// An envelope with the cursor after `sequence`.
std::string envelope_json(const std::string& run_id, std::vector<EventPayload> events,
                          std::uint64_t sequence);

// The sequence of the last event, or `otherwise` without events. Stored events have it as their id.
std::uint64_t last_sequence(const std::vector<EventPayload>& events, std::uint64_t otherwise);

// Throws StoreError.
RunStatusPayload status_payload(store::Store& store, const store::RunRow& run);

}  // namespace trace::collector::api
