// SPDX-License-Identifier: Apache-2.0
#include "contract/event_id.hpp"

#include <fmt/format.h>

namespace trace::detail::contract {

std::string emitter_id(std::string_view session, std::uint32_t lane) {
  return fmt::format("{}-{}", session, lane);
}

std::string event_id(std::string_view session, std::uint32_t lane, std::uint64_t sequence) {
  return fmt::format("{}-{}-{:0{}}", session, lane, sequence, least_sequence_digits);
}

}  // namespace trace::detail::contract
