// SPDX-License-Identifier: Apache-2.0
// Checks a request's head as bytes, before an HTTP library parses it: where it ends, and that it
// has exactly one interpretation. A request is smuggled inside another where two parsers disagree
// about its end, so any ambiguity is refused and ends the connection (RFC 9112,
// sections 2.2, 5.1, 6.1 and 6.3). Pure functions, called on the I/O thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "collector/api/response.hpp"

namespace trace::collector::server {

struct HeadEnd {
  enum class State : std::uint8_t { incomplete, complete, malformed };
  State state = State::incomplete;
  std::size_t length = 0;         // of a complete head, including its empty line
  std::string_view problem = {};  // of a malformed head
};

// Searches for the empty line that ends a head. The first `scanned` bytes were searched before,
// without an end or a problem.
HeadEnd find_head_end(std::string_view bytes, std::size_t scanned);

// The refusal of a complete head that is ambiguous, malformed or not supported; nothing for a valid
// one. After a refusal nothing more of the connection may be parsed as a request.
std::optional<api::Response> head_fault(std::string_view head);

}  // namespace trace::collector::server
