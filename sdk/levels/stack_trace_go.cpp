// SPDX-License-Identifier: Apache-2.0
// The traces of Go: a panic or fatal error, and its goroutines.
#include "levels/stack_trace_shape.hpp"
#include "text/ascii.hpp"

namespace trace::detail::levels {
namespace {

// "goroutine 1 [running]:"
bool is_goroutine(std::string_view line) noexcept {
  return line.starts_with("goroutine ") && text::is_digit(text::at(line, 10)) &&
         line.ends_with("]:") && line.find(" [") != std::string_view::npos;
}

bool opens_frames(std::string_view line) noexcept {
  return is_goroutine(line) || line == "runtime stack:" ||
         line.starts_with("goroutine running on other thread");
}

// "main.(*T).f(0x1, {0x2, 0x3})", "panic({0x1, 0x2})"
bool is_call(std::string_view line) noexcept {
  if (!text::is_letter(line.front()) || line.back() != ')') return false;
  const std::size_t open = line.find('(');
  const std::string_view name = line.substr(0, open);
  if (name.find(' ') != std::string_view::npos) return false;
  return name.find('.') != std::string_view::npos || name == "panic";
}

// "rax    0x0": what a signal leaves.
bool is_register(std::string_view line) noexcept {
  const std::size_t name =
      text::length_of(line, [](char c) { return text::is_small(c) || text::is_digit(c); });
  const std::string_view value = text::without_blanks_before(text::from(line, name));
  return name >= 2 && name <= 6 && value.starts_with("0x") && value.size() <= 18 &&
         value.find(' ') == std::string_view::npos;
}

bool is_part_of_goroutine(std::string_view line) noexcept {
  return line.front() == '\t' || is_call(line) || line.starts_with("created by ") ||
         line.starts_with("[originating from goroutine ") ||
         (line.starts_with("...") && line.ends_with("elided...")) || is_register(line);
}

}  // namespace

StackTracePlace opens_go(std::string_view line) noexcept {
  switch (line.front()) {
    case 'p':
      return line.starts_with("panic: ") ? StackTracePlace::go_head : StackTracePlace::none;
    case 'f':
      return line.starts_with("fatal error: ") ? StackTracePlace::go_head : StackTracePlace::none;
    case 'g':
      return is_goroutine(line) ? StackTracePlace::go_frames : StackTracePlace::none;
    default:
      return StackTracePlace::none;
  }
}

StackTracePlace goes_on_go(StackTracePlace place, std::string_view line) noexcept {
  switch (place) {
    case StackTracePlace::go_head:
      if (line.empty()) return StackTracePlace::go_gap;
      if (line.starts_with("\tpanic: ") || line.starts_with("[signal "))
        return StackTracePlace::go_head;
      return opens_frames(line) ? StackTracePlace::go_frames : StackTracePlace::none;
    case StackTracePlace::go_frames:
      if (line.empty()) return StackTracePlace::go_gap;
      return is_part_of_goroutine(line) || opens_frames(line) ? StackTracePlace::go_frames
                                                              : StackTracePlace::none;
    case StackTracePlace::go_gap:
      if (line.empty()) return StackTracePlace::none;
      return opens_frames(line) || is_register(line) ? StackTracePlace::go_frames
                                                     : StackTracePlace::none;
    default:
      return StackTracePlace::none;
  }
}

}  // namespace trace::detail::levels
