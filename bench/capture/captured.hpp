// SPDX-License-Identifier: Apache-2.0
// The lines of a child, from its pipe until a backend has acknowledged the last of them.
#pragma once

#include <cstdint>

#include "support/report.hpp"

namespace trace::bench {

struct CaptureCase {
  std::uint64_t lines;
  std::uint64_t secrets;  // registered; none of them occurs
};

// Captures them with run_process() and an unlimited head, and delivers them to the counting sink.
// Reports what it measured; throws when something went wrong. To be called in a process of its own.
void measure_capture(const CaptureCase& which, const Report& out);

}  // namespace trace::bench
