// CaptureLimits: how much of a node's output becomes events.
#pragma once

#include <cstdint>

#include <trace/export.hpp>

namespace trace {

// Of both streams of a node together, in bytes of its lines, each with one byte for its end. Lines
// that are neither among the first nor among the last are told in one event, data.omitted =
// {lines, bytes, sha256}; while it goes on, data.omitting = {lines, bytes} every 5 seconds. The
// tail lies in a file beside the journal, within its budget, else in memory.
struct CaptureLimits {
  static constexpr std::uint64_t unlimited = UINT64_MAX;
  std::uint64_t head_bytes = std::uint64_t{8} << 20;  // shown as they come
  std::uint64_t tail_bytes = std::uint64_t{2} << 20;  // the last lines behind it, shown at the end
};

}  // namespace trace
