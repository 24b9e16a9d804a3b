// SPDX-License-Identifier: Apache-2.0
// The ids of emitters, "<session>-<lane>", and of their events, "<session>-<lane>-<sequence>" with
// at least twelve digits. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace trace::detail::contract {

inline constexpr std::size_t least_sequence_digits = 12;

std::string emitter_id(std::string_view session, std::uint32_t lane);
std::string event_id(std::string_view session, std::uint32_t lane, std::uint64_t sequence);

}  // namespace trace::detail::contract
