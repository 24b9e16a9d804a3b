// SPDX-License-Identifier: Apache-2.0
// Python's tracebacks, chained ones and exception groups included.
#include "levels/level_words.hpp"
#include "levels/stack_trace_shape.hpp"
#include "text/ascii.hpp"

namespace trace::detail::levels {
namespace {

constexpr std::string_view head = "Traceback (most recent call last):";

// The line that names what was raised: "ValueError: x", "KeyboardInterrupt", "socket.gaierror: …".
// Only directly after the frames.
bool names_what_was_raised(std::string_view line) noexcept {
  const std::size_t length = text::length_of(line.substr(0, 256), [](char c) {
    return text::is_letter(c) || text::is_digit(c) || c == '_' || c == '.' || c == '<' || c == '>';
  });
  const std::string_view name = line.substr(0, length);
  if (name.empty() || (is_in_capitals(name) && level_of_word(name))) return false;
  const bool is_dotted = name.find('.') != std::string_view::npos && text::is_letter(name.front());
  if (!is_dotted && !text::is_capital(name.front())) return false;
  const std::string_view behind = text::from(line, length);
  return behind.empty() || (behind.front() == ':' && (behind.size() == 1 || behind[1] == ' '));
}

bool is_in_group(std::string_view line) noexcept {
  const std::size_t indentation = text::length_of(line, text::is_blank);
  const char sign = text::at(line, indentation);
  return indentation >= 2 && (sign == '|' || sign == '+');
}

bool is_link_of_chain(std::string_view line) noexcept {
  return line.starts_with("During handling of the above exception") ||
         line.starts_with("The above exception was the direct cause");
}

}  // namespace

StackTracePlace opens_python(std::string_view line) noexcept {
  if (line == head) return StackTracePlace::python_head;
  if (line.front() != ' ') return StackTracePlace::none;
  if (line.starts_with("  + Exception Group Traceback")) return StackTracePlace::python_group;
  // Errors of syntax have no head.
  const bool is_frame =
      line.starts_with("  File \"") && line.find("\", line ") != std::string_view::npos;
  return is_frame ? StackTracePlace::python_frames : StackTracePlace::none;
}

StackTracePlace goes_on_python(StackTracePlace place, std::string_view line) noexcept {
  switch (place) {
    case StackTracePlace::python_head:
    case StackTracePlace::python_frames:
      if (line.starts_with("  ")) return StackTracePlace::python_frames;
      return place == StackTracePlace::python_frames && names_what_was_raised(line)
                 ? StackTracePlace::python_raised
                 : StackTracePlace::none;
    case StackTracePlace::python_raised:
      return line.empty() ? StackTracePlace::python_gap : StackTracePlace::none;
    case StackTracePlace::python_gap:
      return is_link_of_chain(line) ? StackTracePlace::python_chain : StackTracePlace::none;
    case StackTracePlace::python_chain:
      return line.empty() ? StackTracePlace::python_chain_gap : StackTracePlace::none;
    case StackTracePlace::python_chain_gap:
    case StackTracePlace::thread_head:
      return line == head ? StackTracePlace::python_head : StackTracePlace::none;
    case StackTracePlace::python_group:
      return is_in_group(line) ? StackTracePlace::python_group : StackTracePlace::none;
    default:
      return StackTracePlace::none;
  }
}

}  // namespace trace::detail::levels
