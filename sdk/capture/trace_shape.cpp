#include "capture/trace_shape.hpp"

#include "capture/ascii.hpp"

namespace trace::detail {

TracePlace opens_trace(std::string_view line) noexcept {
  const char first = line.front();
  if (!is_letter(first) && first != ' ' && first != '=') return TracePlace::none;
  if (const TracePlace place = opens_python(line); place != TracePlace::none) return place;
  if (const TracePlace place = opens_go(line); place != TracePlace::none) return place;
  if (const TracePlace place = opens_native(line); place != TracePlace::none) return place;
  return opens_exception(line);
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
