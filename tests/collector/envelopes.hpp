// SPDX-License-Identifier: Apache-2.0
// Envelopes as the tests post them, and ways to pack them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <trace/event.hpp>

namespace trace::testing {

inline constexpr std::string_view session_a = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
inline constexpr std::string_view session_b = "01BX5ZZKBKACTAV9WEVGEMMVRZ";

// "<session>-<lane>-<sequence>"
std::string id_of(std::string_view session, unsigned lane, std::uint64_t sequence);

// A valid event; tests change what they are about.
EventPayload event_of(std::string run_id, std::string id, std::string node_id = "node",
                      Type type = Type::progress);

// PROGRESS events first … last of lane 0.
std::vector<EventPayload> events_of(const std::string& run_id, std::uint64_t first,
                                    std::uint64_t last, std::string_view session = session_a,
                                    unsigned lane = 0);

// One line of a body, newline included.
std::string line_of(const std::string& run_id, std::vector<EventPayload> events);
std::string line_of(const StreamEnvelope& envelope);

// The event of a run's only action, which ends it.
StreamEnvelope last_of_run(EventPayload event);

std::string gzipped(std::string_view text);
std::string zstd_compressed(std::string_view text);

}  // namespace trace::testing
