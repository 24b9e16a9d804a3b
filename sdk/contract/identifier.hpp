// The ids that an emitter may use and a backend stores: bounded, without control characters, valid
// UTF-8 once they are repaired. Used when runs and nodes are made, when a journal is read, and when
// events are taken in. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trace::detail::contract {

inline constexpr std::size_t max_run_id_bytes = 128;
inline constexpr std::size_t max_node_id_bytes = 256;

// The rule that the id breaks even when it is repaired, in static storage; empty when it is good.
std::string_view fault_of_run_id(std::string_view id) noexcept;
std::string_view fault_of_node_id(std::string_view id) noexcept;

// The id with each invalid UTF-8 sequence replaced by one U+FFFD: what is sent has to be what the
// answer is compared with.
std::string repaired_id(std::string_view id);

}  // namespace trace::detail::contract
