// SPDX-License-Identifier: Apache-2.0
// Rules of ids: bounded, without control characters, valid UTF-8 after repair. Used when runs and
// nodes are created, when a journal is read, and when events are ingested. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trace::detail::contract {

inline constexpr std::size_t max_run_id_bytes = 128;
inline constexpr std::size_t max_node_id_bytes = 256;
// Stores drop events of organizations with longer ids.
inline constexpr std::size_t max_organization_id_bytes = 191;

// The rule that the id violates even after repair, in static storage; empty if valid.
std::string_view fault_of_run_id(std::string_view id) noexcept;
std::string_view fault_of_node_id(std::string_view id) noexcept;
std::string_view fault_of_organization_id(std::string_view id) noexcept;

// The id with each invalid UTF-8 sequence replaced by one U+FFFD: responses are compared with the
// id that was sent.
std::string repaired_id(std::string_view id);

}  // namespace trace::detail::contract
