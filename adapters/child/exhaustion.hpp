// SPDX-License-Identifier: Apache-2.0
// Detects resource exhaustion: descriptors, processes, threads, memory. Such a failure does not
// depend on the program that was to be run, so it has a code of its own and may be retried. Pure
// functions, any thread.
#pragma once

#include <cerrno>

namespace trace::child {

inline constexpr const char* resource_exhausted = "RESOURCE_EXHAUSTED";

// EAGAIN comes from fork(), exec and thread creation at a limit on processes; ENOSPC means that no
// pseudo terminal or disk space is left.
constexpr bool is_exhaustion(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == EAGAIN || error == ENOMEM ||
         error == ENOSPC || error == ENOBUFS;
}

}  // namespace trace::child
