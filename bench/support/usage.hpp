// SPDX-License-Identifier: Apache-2.0
// Resource usage of a process: CPU time, memory, allocations.
#pragma once

#include <chrono>
#include <cstdint>

namespace trace::bench {

using Nanoseconds = std::chrono::nanoseconds;

Nanoseconds cpu_time_of_process();  // user and system, all threads
Nanoseconds cpu_time_of_thread();   // of the calling one
std::uint64_t resident_bytes();
std::uint64_t peak_resident_bytes();
// Calls of operator new, all threads. Only in programs that link shiptrace_bench_allocations.
std::uint64_t allocations() noexcept;

}  // namespace trace::bench
