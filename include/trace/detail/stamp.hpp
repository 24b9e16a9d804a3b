// Stamps order events across threads: a counter that never goes backwards on any core. The time
// stamp counter where the kernel trusts it, else the monotonic clock. rdtscp, not rdtsc: it waits
// for earlier instructions, without which two threads that pass a message can see their stamps
// inverted.
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

// What this machine can be trusted with: reads the kernel's current clock source.
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

// A stamp that no later load of this thread overtakes: what was published before another thread
// took a smaller stamp is visible after this.
inline std::uint64_t stamp_now_fenced(StampSource source) noexcept {
  const std::uint64_t stamp = stamp_now(source);
#if defined(__x86_64__)
  __builtin_ia32_lfence();
#endif
  return stamp;
}

}  // namespace trace::detail
