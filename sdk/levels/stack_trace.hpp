// SPDX-License-Identifier: Apache-2.0
// StackTrace: decides which lines of a stream belong to one stack trace, so that a trace becomes
// one event (of level error) and not sixty. Recognises traces of Python, Java and .NET, Go, Rust,
// JavaScript, of C++'s terminate and of AddressSanitizer. The chain of a captured stream has one
// per stream and passes it each line, in order. One thread at a time.
//
// It decides immediately and never looks ahead. A line is `inside` only if it has the form of a
// possible next line of the trace, so an ordinary line is never swallowed; empty lines may be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "levels/stack_trace_shape.hpp"

namespace trace::detail::levels {

class StackTrace {
 public:
  enum class Place : std::uint8_t {
    outside,  // not part of a trace; ends an open one
    first,    // opens a trace, and ends an open one
    inside,   // continues the open one
  };

  // A longer trace continues in another event: its next line is `first` again.
  static constexpr std::size_t max_lines = 512;
  static constexpr std::size_t max_bytes = 16 * 1024;

  // `line`: no ANSI sequences, valid UTF-8, without its end.
  Place place(std::string_view line);
  // Drops the open trace.
  void reset() noexcept;

 private:
  Place open(StackTracePlace at, std::size_t bytes) noexcept;

  StackTracePlace at_ = StackTracePlace::none;
  std::size_t lines_ = 0;  // of the open event
  std::size_t bytes_ = 0;
  // Number of further lines after which frames alone no longer open a trace: an unrelated line in
  // between must not turn the frames after it into sixty events.
  unsigned frames_may_open_ = 0;
};

}  // namespace trace::detail::levels
