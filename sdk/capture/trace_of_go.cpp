// The traces of Go: a panic or fatal error, and its goroutines.
#include "capture/ascii.hpp"
#include "capture/trace_shape.hpp"

namespace trace::detail {
namespace {

// "goroutine 1 [running]:"
bool is_goroutine(std::string_view line) noexcept {
  return line.starts_with("goroutine ") && is_digit(at(line, 10)) && line.ends_with("]:") &&
         line.find(" [") != std::string_view::npos;
}

bool opens_frames(std::string_view line) noexcept {
  return is_goroutine(line) || line == "runtime stack:" ||
         line.starts_with("goroutine running on other thread");
}

// "main.(*T).f(0x1, {0x2, 0x3})", "panic({0x1, 0x2})"
bool is_call(std::string_view line) noexcept {
  if (!is_letter(line.front()) || line.back() != ')') return false;
  const std::size_t open = line.find('(');
  const std::string_view name = line.substr(0, open);
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

bool is_part_of_goroutine(std::string_view line) noexcept {
  return line.front() == '\t' || is_call(line) || line.starts_with("created by ") ||
         line.starts_with("[originating from goroutine ") ||
         (line.starts_with("...") && line.ends_with("elided...")) || is_register(line);
}

}  // namespace

TracePlace opens_go(std::string_view line) noexcept {
  switch (line.front()) {
    case 'p':
      return line.starts_with("panic: ") ? TracePlace::go_head : TracePlace::none;
    case 'f':
      return line.starts_with("fatal error: ") ? TracePlace::go_head : TracePlace::none;
    case 'g':
      return is_goroutine(line) ? TracePlace::go_frames : TracePlace::none;
    default:
      return TracePlace::none;
  }
}

TracePlace goes_on_go(TracePlace place, std::string_view line) noexcept {
  switch (place) {
    case TracePlace::go_head:
      if (line.empty()) return TracePlace::go_gap;
      if (line.starts_with("\tpanic: ") || line.starts_with("[signal ")) return TracePlace::go_head;
      return opens_frames(line) ? TracePlace::go_frames : TracePlace::none;
    case TracePlace::go_frames:
      if (line.empty()) return TracePlace::go_gap;
      return is_part_of_goroutine(line) || opens_frames(line) ? TracePlace::go_frames
                                                              : TracePlace::none;
    case TracePlace::go_gap:
      if (line.empty()) return TracePlace::none;
      return opens_frames(line) || is_register(line) ? TracePlace::go_frames : TracePlace::none;
    default:
      return TracePlace::none;
  }
}

}  // namespace trace::detail
