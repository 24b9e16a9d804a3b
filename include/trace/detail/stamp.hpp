// SPDX-License-Identifier: Apache-2.0
// Stamps order events across threads: a counter that is monotonic over all CPUs. The time stamp
// counter where it is proven synchronised, otherwise the monotonic clock. rdtscp, not rdtsc: it
// waits for earlier instructions; without that, two threads that exchange a message could read
// inverted stamps.
#pragma once

#include <cstdint>
#include <ctime>

#include <trace/export.hpp>

namespace trace::detail {

inline std::uint64_t monotonic_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

enum class StampSource : std::uint8_t { monotonic, tsc };

// The time stamp counter if the kernel uses it as its clock source, or if the kernel offers it, it
// is invariant, and a measurement over the CPUs of the process finds no inverted stamps (about
// 50 ms at most, in the first call of a process). Thread-safe.
SHIPTRACE_API StampSource best_stamp_source() noexcept;

inline std::uint64_t stamp_now(StampSource source) noexcept {
#if defined(__x86_64__)
  if (source == StampSource::tsc) [[likely]] {
    unsigned core = 0;
    return __builtin_ia32_rdtscp(&core);
  }
#else
  (void)source;
#endif
  return monotonic_ns();
}

// A stamp that no later load of this thread is reordered before: what another thread published
// before it took a smaller stamp is visible after this.
inline std::uint64_t stamp_now_fenced(StampSource source) noexcept {
  const std::uint64_t stamp = stamp_now(source);
#if defined(__x86_64__)
  __builtin_ia32_lfence();
#endif
  return stamp;
}

}  // namespace trace::detail
