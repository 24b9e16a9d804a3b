// What the machine has run out of: descriptors, processes, threads, memory. Such a failure says
// nothing about the program that was to be run, so it has a code of its own and may be tried again.
// Pure functions, any thread.
#pragma once

#include <cerrno>

namespace trace::child {

inline constexpr const char* resource_exhausted = "RESOURCE_EXHAUSTED";

// Whether the error number says so. EAGAIN: of fork(), exec and threads, a limit on processes;
// ENOSPC: no pseudo terminal left, or no room on the disk.
constexpr bool is_exhaustion(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == EAGAIN || error == ENOMEM ||
         error == ENOSPC || error == ENOBUFS;
}

}  // namespace trace::child
