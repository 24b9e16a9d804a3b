// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "levels/stack_trace.hpp"

using namespace trace::detail::levels;

namespace {

char sign_of(StackTrace::Place place) {
  return place == StackTrace::Place::first ? '>' : place == StackTrace::Place::inside ? '|' : ' ';
}

// Each line of `expected` begins with what is expected of it: '>' first, '|' inside, ' ' outside.
// Returns the same text with the traces that were found.
std::string grouped(std::string_view expected) {
  StackTrace trace;
  std::string found;
  while (!expected.empty()) {
    const std::size_t end = expected.find('\n');
    const std::string_view line = expected.substr(1, end - 1);
    found += sign_of(trace.place(line));
    found.append(line).append("\n");
    expected.remove_prefix(end + 1);
  }
  return found;
}

void check(std::string_view expected) { CHECK(grouped(expected) == expected); }

}  // namespace

TEST_CASE("Python's tracebacks are one trace, chained ones too") {
  check(R"( ERROR:root:failed
>Traceback (most recent call last):
|  File "/srv/chain.py", line 6, in <module>
|    f()
|  File "/srv/chain.py", line 4, in g
|    raise ValueError("boom")
|    ^^^^^^^^^^^^^^^^^^^^^^^^
|ValueError: boom
|
|The above exception was the direct cause of the following exception:
|
|Traceback (most recent call last):
|  File "/srv/chain.py", line 8, in <module>
|    raise RuntimeError("outer") from e
|RuntimeError: outer
 done
)");
  check(R"(>Traceback (most recent call last):
|  File "/srv/chain2.py", line 2, in f
|    {}["k"]
|    ~~^^^^^
|KeyError: 'k'
|
|During handling of the above exception, another exception occurred:
|
|Traceback (most recent call last):
|  File "/srv/chain2.py", line 6, in <module>
|    1/0
|    ~^~
|ZeroDivisionError: division by zero
)");
  check(R"(>  File "<string>", line 1
|    foo(
|       ^
|SyntaxError: '(' was never closed
 next
>Traceback (most recent call last):
|  File "/srv/rec.py", line 1, in f
|    def f(n): return f(n+1)
|                     ^^^^^^
|  [Previous line repeated 996 more times]
|RecursionError: maximum recursion depth exceeded
>Traceback (most recent call last):
|  File "/srv/bare.py", line 2, in <module>
|    raise Boom()
|Boom
 Boom
)");
  check(R"(>Exception in thread Thread-1 (run):
|Traceback (most recent call last):
|  File "/srv/thr.py", line 2, in run
|    def run(): raise KeyError("x")
|               ^^^^^^^^^^^^^^^^^^^
|KeyError: 'x'
 end
>  + Exception Group Traceback (most recent call last):
|  |   File "/srv/grp.py", line 1, in <module>
|  |     raise ExceptionGroup("two", [ValueError("a"), TypeError("b")])
|  | ExceptionGroup: two (2 sub-exceptions)
|  +-+---------------- 1 ----------------
|    | ValueError: a
|    +---------------- 2 ----------------
|    | TypeError: b
|    +------------------------------------
 end
)");
}

TEST_CASE("a line between a traceback's frames that is not part of it ends it") {
  check(R"(>Traceback (most recent call last):
|  File "x.py", line 1, in f
|    g()
 INFO:root:still running
 ValueError is what I expected
>ValueError: boom
)");
  check(R"(>Traceback (most recent call last):
 Starting the server
>Traceback (most recent call last):
 done
)");
  check(R"(>Traceback (most recent call last):
|  File "x.py", line 1, in f
|    g()
 progress: 5
 next
)");
  // An empty line may be the first of a chain's link.
  check(R"(>Traceback (most recent call last):
|  File "x.py", line 1, in f
|KeyboardInterrupt
|
 Starting again
)");
}

TEST_CASE("Java's traces are one trace, with causes and what was suppressed") {
  check(
      " Nov 25, 2026 3:46:40 AM A main\n"
      " WARNING: jul\n"
      ">Exception in thread \"main\" java.lang.RuntimeException: outer\n"
      "|\tat A.f(A.java:2)\n"
      "|\tat A.main(A.java:3)\n"
      "|\tSuppressed: java.io.IOException: sup\n"
      "|\t\t... 2 more\n"
      "|Caused by: java.lang.IllegalStateException: boom\n"
      "|\tat A.g(A.java:1)\n"
      "|\t... 2 more\n"
      ">java.lang.NullPointerException\n"
      "|\tat java.base/java.util.Objects.requireNonNull(Objects.java:209)\n"
      " after\n"
      ">com.fasterxml.jackson.core.JsonParseException: Unexpected character\n"
      "| at [Source: (String)\"x\"; line: 1, column: 2]\n"
      "|\tat com.fasterxml.jackson.core.JsonParser._construct(JsonParser.java:2477)\n"
      " \n"
      " after\n");
  check(R"(>Error: Could not find or load main class Nope
|Caused by: java.lang.ClassNotFoundException: Nope
 after
)");
}

TEST_CASE("frames after an unrelated line continue as another trace") {
  check(
      ">java.lang.IllegalStateException: boom\n"
      "|\tat A.f(A.java:2)\n"
      " a line of another thread\n"
      ">\tat A.main(A.java:3)\n"
      "|\tat A.main(A.java:4)\n"
      " 1\n 2\n 3\n 4\n 5\n 6\n 7\n 8\n"
      " \tat A.main(A.java:5)\n");
  // The frames of a thread dump are not an error.
  check(
      " \"main\" #1 prio=5 os_prio=0\n"
      "    java.lang.Thread.State: RUNNABLE\n"
      " \tat A.main(A.java:3)\n");
}

TEST_CASE(".NET's traces are one trace") {
  check(R"(>Unhandled exception. System.InvalidOperationException: outer
| ---> System.Exception: inner
|   at P.G() in /x/P.cs:line 3
|   --- End of inner exception stack trace ---
|   at P.Main(String[] args) in /x/P.cs:line 9
|--- End of stack trace from previous location ---
 bye
)");
}

TEST_CASE("JavaScript's traces are one trace") {
  check(R"( /srv/a.js:1
 function f(){ throw new TypeError("boom") }
               ^
 
>TypeError: boom
|    at f (/srv/a.js:1:21)
|    at Object.<anonymous> (/srv/a.js:2:1)
|    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
|    at node:internal/main/run_main_module:28:49
 
 Node.js v20.20.2
)");
  check(R"(>Error: Cannot find module './nope'
|Require stack:
|- /srv/d.js
|    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)
|    at async Promise.all (index 0)
>My [Error]: m
|    at Object.<anonymous> (/srv/d.js:1:179)
 after
>Error: outer
|    at Object.<anonymous> (/srv/b.js:1:11)
|    ... 4 lines matching cause stack trace ...
|    at node:internal/main/run_main_module:28:49 {
   code: 'X',
>  [cause]: RangeError: inner
|      at Object.<anonymous> (/srv/b.js:1:38)
 }
)");
}

TEST_CASE("Go's panics are one trace, with all goroutines") {
  check(
      ">panic: runtime error: invalid memory address or nil pointer dereference\n"
      "|[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x45c1e4]\n"
      "|\n"
      "|goroutine 1 [running]:\n"
      "|main.(*T).f(0x0, {0x4b1f2e, 0x3})\n"
      "|\t/tmp/x.go:8 +0x4\n"
      "|main.main()\n"
      "|\t/tmp/x.go:12 +0x1d\n"
      "|\n"
      "|goroutine 18 [select, 2 minutes]:\n"
      "|net/http.(*conn).serve(0xc0000b2000, {0x1, 0x2})\n"
      "|\t/usr/lib/go/src/net/http/server.go:1995 +0x612\n"
      "|created by net/http.(*Server).Serve in goroutine 1\n"
      "|\t/usr/lib/go/src/net/http/server.go:3089 +0x5ed\n"
      " exit status 2\n");
  check(
      ">panic: first [recovered]\n"
      "|\tpanic: second\n"
      "|\n"
      "|goroutine 1 [running]:\n"
      "|panic({0x45e0a0?, 0x48f0c8?})\n"
      "|\t/usr/lib/go/src/runtime/panic.go:884 +0x212\n"
      " ready\n"
      ">fatal error: stack overflow\n"
      "|\n"
      "|runtime stack:\n"
      "|runtime.throw({0x48a5b5?, 0x0?})\n"
      "|\t/usr/lib/go/src/runtime/panic.go:1047 +0x5d\n"
      "|\n"
      "|goroutine 1 [running]:\n"
      "|main.f(...)\n"
      "|\t/tmp/x.go:3\n"
      "|...additional frames elided...\n"
      "|created by main.main\n"
      "|\t/tmp/x.go:5 +0x1d\n"
      "|\n"
      "|rax    0xca\n"
      "|rip    0x45c1e4\n"
      " exit status 2\n");
  check(
      " 2024/01/02 03:04:05 http: panic serving 127.0.0.1:1: boom\n"
      ">goroutine 5 [running]:\n"
      "|net/http.(*conn).serve.func1()\n"
      "|\t/usr/lib/go/src/net/http/server.go:1850 +0xbf\n"
      " 2024/01/02 03:04:06 next\n");
  check(
      ">panic: boom\n"
      "|\n"
      " \n"
      ">panic: boom\n"
      "|\n"
      " done(ok)\n"
      ">fatal error: x\n"
      " goroutines: 5\n");
}

TEST_CASE("Rust's panics are one trace, with the message and the backtrace") {
  check(R"( 
>thread 'main' (20464) panicked at p.rs:1:88:
|index out of bounds: the len is 0 but the index is 1
|stack backtrace:
|   0: __rustc::rust_begin_unwind
|             at /rustc/59807616e1fa/library/std/src/panicking.rs:689:5
|   1: p::main
|note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
 after
 
>thread 'main' (20484) panicked at q.rs:1:12:
|assertion `left == right` failed
|  left: 1
| right: 2
|note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
   indented, and somebody else's
>thread 'main' panicked at 'boom', src/main.rs:2:5
|note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
>thread '<unnamed>' (20502) panicked at t.rs:1:85:
|boom
 after
>thread 'main' (20519) has overflowed its stack
|fatal runtime error: stack overflow, aborting
 after
 thread 'main' is ready
)");
}

TEST_CASE("C++'s terminate and AddressSanitizer's reports are one trace") {
  check(R"(>terminate called after throwing an instance of 'std::runtime_error'
|  what():  boom
   what else
>terminate called without an active exception
 Aborted
)");
  check(R"( =================================================================
>==20626==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010
|READ of size 1 at 0x602000000010 thread T0
|    #0 0x56247c15c1ce in main /srv/asan.c:2
|
|0x602000000010 is located 0 bytes inside of 4-byte region [0x602000000010,0x602000000014)
|freed by thread T0 here:
|    #0 0x7f40816b76a8 in __interceptor_free asan_malloc_linux.cpp:52
|
|previously allocated by thread T0 here:
|    #0 0x7f40816b89cf in __interceptor_malloc asan_malloc_linux.cpp:69
|
|SUMMARY: AddressSanitizer: heap-use-after-free /srv/asan.c:2 in main
|Shadow bytes around the buggy address:
|  0x0c047fff7ff0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
|=>0x0c047fff8000: fa fa[fd]fa fa fa fa fa fa fa fa fa fa fa fa fa
|Shadow byte legend (one shadow byte represents 8 application bytes):
|  Addressable:           00
|==20626==ABORTING
 next
>==20634==ERROR: LeakSanitizer: detected memory leaks
|
|Direct leak of 4 byte(s) in 1 object(s) allocated from:
|    #0 0x7fb4e66b89cf in __interceptor_malloc asan_malloc_linux.cpp:69
|
|SUMMARY: AddressSanitizer: 4 byte(s) leaked in 1 allocation(s).
 next
>==1==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000000
 Listening on port 80
)");
}

TEST_CASE("a false start swallows no line") {
  check(R"(>Error: something
 ordinary
>Error: something
>Error: something else
 Require stacks of plates
>panic: boom
 ordinary
>Exception in thread "main" java.lang.RuntimeException: outer
 ordinary
>ValueError: x
  indented
     at the moment
 at home
)");
  for (const std::string_view line : {"",
                                      " ",
                                      "a",
                                      "Error",
                                      "Error: 0",
                                      "error: x",
                                      "ERROR: x",
                                      "MaxError: 0.1",
                                      "an Error: x",
                                      "Traceback",
                                      "panicked",
                                      "panic",
                                      "goroutine 5",
                                      "goroutines [running]:",
                                      "    at f (x:1:2)",
                                      "\tat A.f(A.java:2)",
                                      "Caused by: x",
                                      "stack backtrace:",
                                      "==1==WARNING: x",
                                      "====",
                                      "==1",
                                      "thread 'main' starts",
                                      "note: run with `RUST_BACKTRACE=1`",
                                      "  what():  boom",
                                      "SUMMARY: x",
                                      "  File \"x\"",
                                      "Exceptional: x",
                                      "com.example.App",
                                      "https://x.Error: y"}) {
    CAPTURE(line);
    StackTrace trace;
    CHECK(sign_of(trace.place(line)) == ' ');
  }
}

TEST_CASE("a trace is bounded in lines and bytes; its rest is another one") {
  StackTrace trace;
  CHECK(sign_of(trace.place("java.lang.StackOverflowError: x")) == '>');
  for (std::size_t line = 1; line < StackTrace::max_lines; ++line) {
    REQUIRE(sign_of(trace.place("\tat A.f(A.java:2)")) == '|');
  }
  CHECK(sign_of(trace.place("\tat A.f(A.java:2)")) == '>');
  CHECK(sign_of(trace.place("\tat A.f(A.java:2)")) == '|');
  CHECK(sign_of(trace.place("ordinary")) == ' ');

  const std::string frame = "    at f (" + std::string(1013, 'x') + ":1:2)";
  CHECK(sign_of(trace.place("Error: x")) == '>');
  std::size_t bytes = 9;
  while (bytes + frame.size() + 1 <= StackTrace::max_bytes) {
    REQUIRE(sign_of(trace.place(frame)) == '|');
    bytes += frame.size() + 1;
  }
  CHECK(sign_of(trace.place(frame)) == '>');
  CHECK(sign_of(trace.place(frame)) == '|');
}

TEST_CASE("after a reset nothing is open") {
  StackTrace trace;
  CHECK(sign_of(trace.place("Error: x")) == '>');
  trace.reset();
  CHECK(sign_of(trace.place("    at f (x.js:1:2)")) == ' ');
  CHECK(sign_of(trace.place("Error: x")) == '>');
  CHECK(sign_of(trace.place("ordinary")) == ' ');
  trace.reset();
  CHECK(sign_of(trace.place("    at f (x.js:1:2)")) == ' ');
}
