// Python's tracebacks, chained ones and exception groups included.
#include "capture/ascii.hpp"
#include "capture/level_words.hpp"
#include "capture/trace_shape.hpp"

namespace trace::detail {
namespace {

constexpr std::string_view head = "Traceback (most recent call last):";

// The line that names what was raised: "ValueError: x", "KeyboardInterrupt", "socket.gaierror: …".
// It stands right behind the frames and nowhere else.
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

bool is_link_of_chain(std::string_view line) noexcept {
  return line.starts_with("During handling of the above exception") ||
         line.starts_with("The above exception was the direct cause");
}

}  // namespace

TracePlace opens_python(std::string_view line) noexcept {
  if (line == head) return TracePlace::python_head;
  if (line.front() != ' ') return TracePlace::none;
  if (line.starts_with("  + Exception Group Traceback")) return TracePlace::python_group;
  // Errors of syntax have no head.
  const bool is_frame =
      line.starts_with("  File \"") && line.find("\", line ") != std::string_view::npos;
  return is_frame ? TracePlace::python_frames : TracePlace::none;
}

TracePlace goes_on_python(TracePlace place, std::string_view line) noexcept {
  switch (place) {
    case TracePlace::python_head:
    case TracePlace::python_frames:
      if (line.starts_with("  ")) return TracePlace::python_frames;
      return place == TracePlace::python_frames && names_what_was_raised(line)
                 ? TracePlace::python_raised
                 : TracePlace::none;
    case TracePlace::python_raised:
      return line.empty() ? TracePlace::python_gap : TracePlace::none;
    case TracePlace::python_gap:
      return is_link_of_chain(line) ? TracePlace::python_chain : TracePlace::none;
    case TracePlace::python_chain:
      return line.empty() ? TracePlace::python_chain_gap : TracePlace::none;
    case TracePlace::python_chain_gap:
    case TracePlace::thread_head:
      return line == head ? TracePlace::python_head : TracePlace::none;
    case TracePlace::python_group:
      return is_in_group(line) ? TracePlace::python_group : TracePlace::none;
    default:
      return TracePlace::none;
  }
}

}  // namespace trace::detail
