// StackTrace: which lines of a stream belong to one stack trace, so that a trace becomes one event
// (of level error) and not sixty. Knows the traces of Python, Java and .NET, Go, Rust, JavaScript,
// of C++'s terminate and of AddressSanitizer. The chain of a captured stream has one per stream and
// shows it each line, in order. One thread at a time.
//
// It answers at once and never looks ahead. A line counts as `inside` only when it has the shape of
// what can follow at that place, so an ordinary line is never swallowed; empty lines may be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "levels/stack_trace_shape.hpp"

namespace trace::detail::levels {

class StackTrace {
 public:
  enum class Place : std::uint8_t {
    outside,  // no part of a trace; ends one that was open
    first,    // opens a trace, and ends one that was open
    inside,   // goes on with the open one
  };

  // A trace of more than this goes on in another event: its next line is `first` again.
  static constexpr std::size_t max_lines = 512;
  static constexpr std::size_t max_bytes = 16 * 1024;

  // `line`: no ANSI sequences, valid UTF-8, without its end.
  Place place(std::string_view line);
  // Forgets the open trace.
  void reset() noexcept;

 private:
  Place open(StackTracePlace at, std::size_t bytes) noexcept;

  StackTracePlace at_ = StackTracePlace::none;
  std::size_t lines_ = 0;  // of the open event
  std::size_t bytes_ = 0;
  // So many lines may still pass until frames by themselves open no trace any more: somebody's line
  // that came in between must not make sixty events of the frames behind it.
  unsigned frames_may_open_ = 0;
};

}  // namespace trace::detail::levels
