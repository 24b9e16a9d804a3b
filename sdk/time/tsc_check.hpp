// SPDX-License-Identifier: Apache-2.0
// Proves that the time stamp counters of the CPUs order events, on machines whose kernel does not
// say so: virtual machines use kvm-clock or Hyper-V's page although their counters are
// synchronised. Used once per process, by best_stamp_source().
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace trace::detail::time {

// Whether the counter runs at one rate in every power state (CPUID, "invariant TSC").
bool tsc_is_invariant() noexcept;

// The CPUs that this process may run on. Empty if they cannot be read.
std::vector<int> allowed_cpus();

// Reads the counter of the CPU that runs the calling thread.
using ReadCounter = std::uint64_t (*)() noexcept;

// Two threads, one on the first CPU and one on each other CPU in turn, pass a message to and fro.
// An inverted pair of stamps disproves the order, so does a measurement that does not end within
// `limit`. True for a single CPU. Starts and ends threads; throws if none can be started.
bool counters_are_ordered(const std::vector<int>& cpus, ReadCounter read,
                          std::chrono::milliseconds limit);

}  // namespace trace::detail::time
