// SPDX-License-Identifier: Apache-2.0
// Lines of captured output as they go from stage to stage: their kinds, their volume, and the
// streams they come from. Plain values, safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <trace/event.hpp>

namespace trace::detail::lines {

enum class LineKind : std::uint8_t {
  lines,      // whole lines, each with a \n at its end
  part,       // of a line; the next part goes on with it
  last_part,  // of a line that began with parts; with a \n at its end, also alone
  frame,      // of a progress display, without an end; several rows have \n between them
};

// Receives what a line framer passes on.
class LineSink {
 public:
  virtual ~LineSink() = default;
  // `text` is valid during the call. No line, part or frame is longer than
  // LineFramer::max_line_bytes.
  virtual void take(LineKind kind, std::string_view text) = 0;
};

// Lines and bytes, the bytes of a line with a \n for its end.
struct LineVolume {
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
};

inline constexpr std::size_t max_streams = 3;
constexpr std::size_t index_of(Stream stream) noexcept { return static_cast<std::size_t>(stream); }

}  // namespace trace::detail::lines
