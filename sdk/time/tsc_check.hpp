// SPDX-License-Identifier: Apache-2.0
// Proves that the time stamp counters of the CPUs order events, on machines whose kernel does not
// say so: virtual machines use kvm-clock or Hyper-V's page although their counters are
// synchronised. Used once per process, by best_stamp_source().
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace trace::detail::time {

// Whether the counter runs at one rate in every power state ("invariant TSC"), and the processor
// has RDTSCP (CPUID).
bool tsc_is_usable() noexcept;

// The CPUs that threads of this process may run on, whatever the calling thread is bound to. Starts
// a thread; throws if it cannot be started. Empty if they cannot be read.
std::vector<int> cpus_of_process();

// Reads the counter of the CPU that runs the calling thread.
using ReadCounter = std::uint64_t (*)() noexcept;

// Two threads pass a message to and fro, one on the first CPU and one on each other CPU in turn,
// then on neighbours. An inverted pair of stamps disproves the order, so does a measurement that is
// not finished about `limit` later. True for a single CPU. Starts and ends threads; throws if none
// can be started.
bool counters_are_ordered(const std::vector<int>& cpus, ReadCounter read,
                          std::chrono::milliseconds limit);

// best_stamp_source() returns the monotonic clock from now on, in this process. Any thread.
void withdraw_tsc() noexcept;

}  // namespace trace::detail::time
