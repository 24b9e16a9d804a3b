// SPDX-License-Identifier: Apache-2.0
// The traces of Java, .NET and JavaScript, whose frames all begin with "at".
#include "levels/exception_name.hpp"
#include "levels/stack_trace_shape.hpp"
#include "text/ascii.hpp"

namespace trace::detail::levels {
namespace {

// Lines that may occur between the frames of an exception.
bool links_exceptions(std::string_view line) noexcept {
  const std::string_view text = text::without_blanks_before(line);
  if (text.starts_with("Caused by: ") || text.starts_with("--- End of ")) return true;
  const bool is_indented = text.size() < line.size();
  return is_indented && (text.starts_with("Suppressed: ") || text.starts_with("---> ") ||
                         text.starts_with("[CIRCULAR REFERENCE"));
}

}  // namespace

bool is_exception_frame(std::string_view line) noexcept {
  const std::string_view text = text::without_blanks_before(line);
  if (text.size() == line.size()) return false;
  if (text.starts_with("... ")) return text::is_digit(text::at(text, 4));
  return text.starts_with("at ") && text.find_first_of("(:<[") != std::string_view::npos;
}

StackTracePlace opens_exception(std::string_view line) noexcept {
  switch (line.front()) {
    case 'E':
      if (line.starts_with("Exception in thread ") || line.starts_with("Exception ignored in")) {
        return StackTracePlace::thread_head;
      }
      break;
    case 'U':
      if (line.starts_with("Unhandled exception. ") || line.starts_with("Uncaught (in promise) ") ||
          (line.starts_with("Uncaught ") && begins_with_exception(text::from(line, 9)))) {
        return StackTracePlace::exception_head;
      }
      break;
    case 'e':  // Deno
      if (line.starts_with("error: Uncaught ")) return StackTracePlace::exception_head;
      break;
    case ' ':  // Node's causes, among the properties of an exception
      return line.starts_with("  [cause]: ") && begins_with_exception(text::from(line, 11))
                 ? StackTracePlace::exception_head
                 : StackTracePlace::none;
    default:
      break;
  }
  return begins_with_exception(line) ? StackTracePlace::exception_head : StackTracePlace::none;
}

StackTracePlace goes_on_exception(StackTracePlace place, std::string_view line) noexcept {
  switch (place) {
    case StackTracePlace::exception_head:
      if (line == "Require stack:") return StackTracePlace::exception_paths;
      break;
    case StackTracePlace::exception_paths:
      if (line.starts_with("- ")) return StackTracePlace::exception_paths;
      break;
    case StackTracePlace::thread_head:
    case StackTracePlace::exception_frames:
      break;
    default:
      return StackTracePlace::none;
  }
  return is_exception_frame(line) || links_exceptions(line) ? StackTracePlace::exception_frames
                                                            : StackTracePlace::none;
}

}  // namespace trace::detail::levels
