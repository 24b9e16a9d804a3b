// SPDX-License-Identifier: Apache-2.0
// A measurement in a process of its own, which begins without threads, and whose peak of memory and
// allocations belong to it alone.
#pragma once

#include <functional>
#include <string>

namespace trace::bench {

// Calls `measure` in a child process and waits for it. False if it threw, which is reported on
// stderr as "<name>: <what it threw>", or crashed.
bool measure_in_child(const std::string& name, const std::function<void()>& measure);

}  // namespace trace::bench
