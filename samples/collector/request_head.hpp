// A request's head as bytes, before any HTTP library sees it: where it ends, and whether there is
// exactly one way to read it. Two readers that disagree about where a request ends are how one
// request is smuggled inside another, so whatever leaves room for that is refused and ends the
// connection (RFC 9112, sections 2.2, 5.1, 6.1 and 6.3). Pure functions, called on the I/O thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "answer.hpp"

namespace trace::collector {

struct HeadEnd {
  enum class State : std::uint8_t { incomplete, complete, malformed };
  State state = State::incomplete;
  std::size_t length = 0;         // of the head with its empty line, when it is complete
  std::string_view problem = {};  // when it is malformed
};

// Looks for the empty line that ends a head. `scanned` bytes have been looked at before, without an
// end or a problem.
HeadEnd find_head_end(std::string_view bytes, std::size_t scanned);

// The refusal of a complete head that is ambiguous, malformed or asks for what HTTP/1.1 here does
// not have; nothing when it is sound. After a refusal nothing more of the connection may be read as
// a request.
std::optional<Answer> head_fault(std::string_view head);

}  // namespace trace::collector
