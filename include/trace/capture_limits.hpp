// SPDX-License-Identifier: Apache-2.0
// CaptureLimits: how much of a node's output becomes events.
#pragma once

#include <cstdint>

#include <trace/export.hpp>

namespace trace {

// For both streams of a node together, in bytes of its lines, each line counted with one byte for
// its end. Lines that belong neither to the head nor to the tail are reported in one event,
// data.omitted = {lines, bytes, sha256}; while lines are being omitted, data.omitting = {lines,
// bytes} follows every 5 seconds. The tail is kept in a file beside the journal, within its budget,
// otherwise in memory.
struct CaptureLimits {
  static constexpr std::uint64_t unlimited = UINT64_MAX;
  std::uint64_t head_bytes = std::uint64_t{8} << 20;  // recorded as they arrive
  std::uint64_t tail_bytes = std::uint64_t{2} << 20;  // the last lines, recorded at the end
};

}  // namespace trace
