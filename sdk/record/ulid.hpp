// SPDX-License-Identifier: Apache-2.0
// ULIDs: 26 characters that sort by time of creation and never repeat; a session's identity.
#pragma once

#include <cstdint>
#include <string>

namespace trace::detail::record {

// From milliseconds since the epoch and 80 random bits of the system. Throws std::system_error if
// there are none.
std::string new_ulid(std::int64_t milliseconds);

}  // namespace trace::detail::record
