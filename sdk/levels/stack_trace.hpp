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

namespace trace::detail::levels {

// Where in a trace the last line was.
enum class StackTracePlace : std::uint8_t {
  none,   // in no trace; as a result: the line does not belong to it
  ended,  // the line is the last one

  python_head,       // Traceback (most recent call last):
  python_frames,     //   File "x.py", line 1, in f
  python_raised,     // ValueError: x
  python_gap,        // an empty line after it
  python_chain,      // During handling of the above exception, …
  python_chain_gap,  // an empty line after it
  python_group,      //   + Exception Group Traceback (most recent call last):

  thread_head,      // Exception in thread …: of Java or Python
  exception_head,   // a.b.FooException: x, TypeError: x
  exception_paths,  // Require stack: (Node)
  exception_frames,

  go_head,    // panic: x
  go_frames,  // goroutine 1 [running]:
  go_gap,     // an empty line before a goroutine

  rust_head,  // thread 'main' panicked at x.rs:1:2:
  rust_body,

  cpp_head,  // terminate called after throwing an instance of …

  sanitizer_report,   // ==1==ERROR: AddressSanitizer: …
  sanitizer_summary,  // SUMMARY: …
  sanitizer_shadow,   // Shadow bytes around the buggy address:
};

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
  void reset() noexcept { *this = {}; }

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
