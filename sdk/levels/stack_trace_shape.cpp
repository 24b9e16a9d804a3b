// SPDX-License-Identifier: Apache-2.0
#include "levels/stack_trace_shape.hpp"

#include "text/ascii.hpp"

namespace trace::detail::levels {

StackTracePlace opens_stack_trace(std::string_view line) noexcept {
  switch (line.front()) {
    case ' ': {
      const StackTracePlace python = opens_python(line);
      return python != StackTracePlace::none ? python : opens_exception(line);
    }
    case '=':
      return opens_native(line);
    case 'T':
      if (const auto place = opens_python(line); place != StackTracePlace::none) return place;
      break;
    case 'f':
    case 'g':
    case 'p':
      if (const auto place = opens_go(line); place != StackTracePlace::none) return place;
      break;
    case 't':
      if (const auto place = opens_native(line); place != StackTracePlace::none) return place;
      break;
    default:
      break;
  }
  return text::is_letter(line.front()) ? opens_exception(line) : StackTracePlace::none;
}

StackTracePlace goes_on(StackTracePlace place, std::string_view line) noexcept {
  if (place == StackTracePlace::thread_head) {
    const StackTracePlace python = goes_on_python(place, line);
    return python != StackTracePlace::none ? python : goes_on_exception(place, line);
  }
  if (place < StackTracePlace::thread_head) return goes_on_python(place, line);
  if (place < StackTracePlace::go_head) return goes_on_exception(place, line);
  if (place < StackTracePlace::rust_head) return goes_on_go(place, line);
  return goes_on_native(place, line);
}

}  // namespace trace::detail::levels
