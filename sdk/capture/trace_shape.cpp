#include "capture/trace_shape.hpp"

#include "capture/ascii.hpp"

namespace trace::detail {

TracePlace opens_trace(std::string_view line) noexcept {
  switch (line.front()) {
    case ' ': {
      const TracePlace python = opens_python(line);
      return python != TracePlace::none ? python : opens_exception(line);
    }
    case '=':
      return opens_native(line);
    case 'T':
      if (const auto place = opens_python(line); place != TracePlace::none) return place;
      break;
    case 'f':
    case 'g':
    case 'p':
      if (const auto place = opens_go(line); place != TracePlace::none) return place;
      break;
    case 't':
      if (const auto place = opens_native(line); place != TracePlace::none) return place;
      break;
    default:
      break;
  }
  return is_letter(line.front()) ? opens_exception(line) : TracePlace::none;
}

TracePlace goes_on(TracePlace place, std::string_view line) noexcept {
  if (place == TracePlace::thread_head) {
    const TracePlace python = goes_on_python(place, line);
    return python != TracePlace::none ? python : goes_on_exception(place, line);
  }
  if (place < TracePlace::thread_head) return goes_on_python(place, line);
  if (place < TracePlace::go_head) return goes_on_exception(place, line);
  if (place < TracePlace::rust_head) return goes_on_go(place, line);
  return goes_on_native(place, line);
}

}  // namespace trace::detail
