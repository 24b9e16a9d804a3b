// SPDX-License-Identifier: Apache-2.0
// The shapes of stack traces, language by language: which line opens one, and which may follow at
// which place. StackTrace keeps the place and asks here. Pure functions, safe on any thread.
#pragma once

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

// The place that `line` opens a trace at; none when it opens none. Neither line is empty.
StackTracePlace opens_stack_trace(std::string_view line) noexcept;
// The place after `line` in a trace that was at `place`; none if the line does not belong to it.
StackTracePlace goes_on(StackTracePlace place, std::string_view line) noexcept;

// "\tat a.b.C.d(E.java:1)", "    at f (x.js:1:2)", "\t... 12 more": frames of Java, .NET,
// JavaScript.
bool is_exception_frame(std::string_view line) noexcept;

// One file per family of languages; the two functions above put them together.
StackTracePlace opens_python(std::string_view line) noexcept;
StackTracePlace goes_on_python(StackTracePlace place, std::string_view line) noexcept;
StackTracePlace opens_exception(std::string_view line) noexcept;
StackTracePlace goes_on_exception(StackTracePlace place, std::string_view line) noexcept;
StackTracePlace opens_go(std::string_view line) noexcept;
StackTracePlace goes_on_go(StackTracePlace place, std::string_view line) noexcept;
StackTracePlace opens_native(std::string_view line) noexcept;  // Rust, C++, sanitizers
StackTracePlace goes_on_native(StackTracePlace place, std::string_view line) noexcept;

}  // namespace trace::detail::levels
