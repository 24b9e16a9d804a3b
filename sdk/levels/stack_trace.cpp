// SPDX-License-Identifier: Apache-2.0
#include "levels/stack_trace.hpp"

#include <array>
#include <iterator>

#include "levels/line_forms.hpp"

namespace trace::detail::levels {
namespace {

using enum StackTracePlace;

constexpr unsigned most_lines_in_between = 8;

bool is_empty(std::string_view line) noexcept { return line.empty(); }
bool opens_python(std::string_view line) noexcept {
  return line == "Traceback (most recent call last):";
}
bool opens_paths(std::string_view line) noexcept { return line == "Require stack:"; }  // Node

// The line that names what was raised: "ValueError: x", "KeyboardInterrupt", "socket.gaierror: …".
// Only directly after the frames.
bool names_what_was_raised(std::string_view line) noexcept {
  const std::size_t length = length_of(line.substr(0, 256), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '<' || c == '>';
  });
  const std::string_view name = line.substr(0, length);
  if (name.empty() || (is_in_capitals(name) && level_of_word(name))) return false;
  const bool is_dotted = name.find('.') != std::string_view::npos && is_letter(name.front());
  if (!is_dotted && !is_capital(name.front())) return false;
  const std::string_view behind = from(line, length);
  return behind.empty() || (behind.front() == ':' && (behind.size() == 1 || behind[1] == ' '));
}

bool is_in_group(std::string_view line) noexcept {
  const std::size_t indentation = length_of(line, is_blank);
  const char sign = at(line, indentation);
  return indentation >= 2 && (sign == '|' || sign == '+');
}

// "\tat a.b.C.d(E.java:1)", "    at f (x.js:1:2)", "\t... 12 more": frames of Java, .NET,
// JavaScript.
bool is_exception_frame(std::string_view line) noexcept {
  const std::string_view text = without_blanks_before(line);
  if (text.size() == line.size()) return false;
  if (text.starts_with("... ")) return is_digit(at(text, 4));
  return text.starts_with("at ") && text.find_first_of("(:<[") != std::string_view::npos;
}

// Frames, and lines that may occur between them.
bool is_in_exception(std::string_view line) noexcept {
  if (is_exception_frame(line)) return true;
  const std::string_view text = without_blanks_before(line);
  if (text.starts_with("Caused by: ") || text.starts_with("--- End of ")) return true;
  const bool is_indented = text.size() < line.size();
  return is_indented && (text.starts_with("Suppressed: ") || text.starts_with("---> ") ||
                         text.starts_with("[CIRCULAR REFERENCE"));
}

// "goroutine 1 [running]:"
bool is_goroutine(std::string_view line) noexcept {
  return line.starts_with("goroutine ") && is_digit(at(line, 10)) && line.ends_with("]:") &&
         line.find(" [") != std::string_view::npos;
}

bool opens_go_frames(std::string_view line) noexcept {
  return is_goroutine(line) || line == "runtime stack:" ||
         line.starts_with("goroutine running on other thread");
}

// "main.(*T).f(0x1, {0x2, 0x3})", "panic({0x1, 0x2})"
bool is_go_call(std::string_view line) noexcept {
  if (!is_letter(line.front()) || line.back() != ')') return false;
  const std::string_view name = line.substr(0, line.find('('));
  if (name.find(' ') != std::string_view::npos) return false;
  return name.find('.') != std::string_view::npos || name == "panic";
}

// "rax    0x0": what a signal leaves.
bool is_register(std::string_view line) noexcept {
  const std::size_t name = length_of(line, [](char c) { return is_small(c) || is_digit(c); });
  const std::string_view value = without_blanks_before(from(line, name));
  return name >= 2 && name <= 6 && value.starts_with("0x") && value.size() <= 18 &&
         value.find(' ') == std::string_view::npos;
}

bool may_open_go_frames(std::string_view line) noexcept {
  return opens_go_frames(line) || is_register(line);
}

// `line` is not empty.
bool is_in_goroutine(std::string_view line) noexcept {
  return line.front() == '\t' || is_go_call(line) || line.starts_with("created by ") ||
         line.starts_with("[originating from goroutine ") ||
         (line.starts_with("...") && line.ends_with("elided...")) || may_open_go_frames(line);
}

bool names_backtrace_variable(std::string_view line) noexcept {
  return line.find("`RUST_BACKTRACE=") != std::string_view::npos;
}

// "   0: core::panicking::panic", "             at /rustc/…", "  left: 1"
bool is_in_rust_body(std::string_view line) noexcept {
  const std::string_view text = without_blanks_before(line);
  if (text.size() == line.size()) return text == "stack backtrace:";
  const std::size_t digits = length_of(text, is_digit);
  return (digits > 0 && from(text, digits).starts_with(": ")) || text.starts_with("at ") ||
         text.starts_with("left: ") || text.starts_with("right: ");
}

// After the "==123==" of a sanitizer; empty if there is none.
std::string_view behind_pid(std::string_view line) noexcept {
  if (!line.starts_with("==")) return {};
  const std::size_t digits = length_of(from(line, 2), is_digit);
  const std::string_view rest = from(line, 2 + digits);
  return digits > 0 && rest.starts_with("==") ? from(rest, 2) : std::string_view();
}

bool is_aborting(std::string_view line) noexcept { return behind_pid(line) == "ABORTING"; }

bool is_in_report(std::string_view line) noexcept {
  return line.empty() || !behind_pid(line).empty();
}

// A line that continues a trace at `from`: it begins with a text and satisfies a condition. The
// first row that applies counts.
struct Step {
  StackTracePlace from;
  std::string_view beginning;
  StackTracePlace to;
  bool (*fits)(std::string_view line) noexcept = nullptr;  // any
};

// In the order of the places.
constexpr Step steps[] = {
    {python_head, "  ", python_frames},
    {python_frames, "  ", python_frames},
    {python_frames, "", python_raised, names_what_was_raised},
    {python_raised, "", python_gap, is_empty},
    {python_gap, "During handling of the above exception", python_chain},
    {python_gap, "The above exception was the direct cause", python_chain},
    {python_chain, "", python_chain_gap, is_empty},
    {python_chain_gap, "", python_head, opens_python},
    {python_group, "", python_group, is_in_group},

    {thread_head, "", python_head, opens_python},
    {thread_head, "", exception_frames, is_in_exception},
    {exception_head, "", exception_paths, opens_paths},
    {exception_head, "", exception_frames, is_in_exception},
    {exception_paths, "- ", exception_paths},
    {exception_paths, "", exception_frames, is_in_exception},
    {exception_frames, "", exception_frames, is_in_exception},

    {go_head, "", go_gap, is_empty},
    {go_head, "\tpanic: ", go_head},
    {go_head, "[signal ", go_head},
    {go_head, "", go_frames, opens_go_frames},
    {go_frames, "", go_gap, is_empty},
    {go_frames, "", go_frames, is_in_goroutine},
    {go_gap, "", go_frames, may_open_go_frames},

    {rust_head, "", rust_body},  // the message, whatever it is
    {rust_body, "fatal runtime error: ", ended},
    {rust_body, "note: ", ended, names_backtrace_variable},
    {rust_body, "", rust_body, is_in_rust_body},

    {cpp_head, "  what():", ended},

    {sanitizer_report, "==", ended, is_aborting},
    {sanitizer_report, "SUMMARY: ", sanitizer_summary},
    {sanitizer_report, "", sanitizer_report, is_in_report},
    {sanitizer_report, "  ", sanitizer_report},
    {sanitizer_report, "READ of size ", sanitizer_report},
    {sanitizer_report, "WRITE of size ", sanitizer_report},
    {sanitizer_report, "0x", sanitizer_report},
    {sanitizer_report, "freed by thread ", sanitizer_report},
    {sanitizer_report, "HINT: ", sanitizer_report},
    {sanitizer_report, "previously allocated by ", sanitizer_report},
    {sanitizer_report, "allocated by ", sanitizer_report},
    {sanitizer_report, "Address 0x", sanitizer_report},
    {sanitizer_report, "Direct leak of ", sanitizer_report},
    {sanitizer_report, "Thread T", sanitizer_report},
    {sanitizer_report, "Indirect leak of ", sanitizer_report},
    {sanitizer_report, "AddressSanitizer can not ", sanitizer_report},
    {sanitizer_summary, "==", ended, is_aborting},
    {sanitizer_summary, "Shadow bytes around ", sanitizer_shadow},
    {sanitizer_shadow, "==", ended, is_aborting},
    {sanitizer_shadow, "  ", sanitizer_shadow},
    {sanitizer_shadow, "=>0x", sanitizer_shadow},
    {sanitizer_shadow, "Shadow byte legend", sanitizer_shadow},
};
static_assert(std::is_sorted(std::begin(steps), std::end(steps),
                             [](const Step& a, const Step& b) { return a.from < b.from; }));

// The first step from each place.
constexpr auto first_steps = [] {
  std::array<const Step*, static_cast<std::size_t>(sanitizer_shadow) + 1> first{};
  for (const Step& step : steps) {
    const Step*& found = first[static_cast<std::size_t>(step.from)];
    if (found == nullptr) found = &step;
  }
  return first;
}();

// The place after `line` in a trace that was at `place`; none if the line does not belong to it.
StackTracePlace continued(StackTracePlace place, std::string_view line) noexcept {
  const Step* step = first_steps[static_cast<std::size_t>(place)];
  for (; step != std::end(steps) && step->from == place; ++step) {
    if (!line.starts_with(step->beginning)) continue;
    if (step->fits == nullptr || step->fits(line)) return step->to;
  }
  return none;
}

// The place at which `line`, which is not empty, opens a trace; none if it opens none.
StackTracePlace opened(std::string_view line) noexcept {
  switch (line.front()) {
    case ' ':
      if (line.starts_with("  + Exception Group Traceback")) return python_group;
      if (line.starts_with("  File \"") && line.find("\", line ") != line.npos) {
        return python_frames;  // errors of syntax have no head
      }
      return line.starts_with("  [cause]: ") && begins_with_exception(from(line, 11))
                 ? exception_head  // Node's causes, among the properties of an exception
                 : none;
    case '=': {
      const std::string_view text = behind_pid(line);
      return text.starts_with("ERROR: ") && text.find("Sanitizer: ") != line.npos ? sanitizer_report
                                                                                  : none;
    }
    case 'E':
      if (line.starts_with("Exception in thread ") || line.starts_with("Exception ignored in")) {
        return thread_head;
      }
      break;
    case 'T':
      if (opens_python(line)) return python_head;
      break;
    case 'U':
      if (line.starts_with("Unhandled exception. ") || line.starts_with("Uncaught (in promise) ") ||
          (line.starts_with("Uncaught ") && begins_with_exception(from(line, 9)))) {
        return exception_head;
      }
      break;
    case 'e':  // Deno
      if (line.starts_with("error: Uncaught ")) return exception_head;
      break;
    case 'f':
      if (line.starts_with("fatal error: ")) return go_head;
      break;
    case 'g':
      if (is_goroutine(line)) return go_frames;
      break;
    case 'p':
      if (line.starts_with("panic: ")) return go_head;
      break;
    case 't':
      if (line.starts_with("terminate called ")) return cpp_head;
      if (!line.starts_with("thread '")) break;
      if (line.find(" has overflowed its stack") != line.npos) return rust_body;
      // Until Rust 1.73 the message was on the same line.
      if (line.find(" panicked at ") != line.npos)
        return line.back() == ':' ? rust_head : rust_body;
      break;
    default:
      break;
  }
  return is_letter(line.front()) && begins_with_exception(line) ? exception_head : none;
}

}  // namespace

StackTrace::Place StackTrace::place(std::string_view line) {
  if (at_ != none) {
    const StackTracePlace next = continued(at_, line);
    if (next != none) {
      const bool is_full = lines_ == max_lines || bytes_ + line.size() + 1 > max_bytes;
      if (is_full) return open(next, line.size());
      ++lines_;
      bytes_ += line.size() + 1;
      at_ = next == ended ? none : next;
      return Place::inside;
    }
    const bool has_exception_frames = at_ >= thread_head && at_ <= exception_frames;
    frames_may_open_ = has_exception_frames ? most_lines_in_between : 0;
    at_ = none;
  }
  if (line.empty()) return Place::outside;
  if (const StackTracePlace at = opened(line); at != none) return open(at, line.size());
  if (frames_may_open_ > 0) {
    if (is_exception_frame(line)) return open(exception_frames, line.size());
    --frames_may_open_;
  }
  return Place::outside;
}

StackTrace::Place StackTrace::open(StackTracePlace at, std::size_t bytes) noexcept {
  at_ = at == ended ? none : at;
  lines_ = 1;
  bytes_ = bytes + 1;
  frames_may_open_ = 0;
  return Place::first;
}

}  // namespace trace::detail::levels
