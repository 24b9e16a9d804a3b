#include "capture/stack_trace.hpp"

namespace trace::detail {
namespace {

constexpr unsigned most_lines_in_between = 8;

bool has_exception_frames(TracePlace place) noexcept {
  return place == TracePlace::thread_head || place == TracePlace::exception_head ||
         place == TracePlace::exception_paths || place == TracePlace::exception_frames;
}

}  // namespace

StackTrace::Place StackTrace::place(std::string_view line) {
  if (at_ != TracePlace::none) {
    const TracePlace next = goes_on(at_, line);
    if (next != TracePlace::none) {
      const bool is_full = lines_ == max_lines || bytes_ + line.size() + 1 > max_bytes;
      if (is_full) return open(next, line.size());
      ++lines_;
      bytes_ += line.size() + 1;
      at_ = next == TracePlace::ended ? TracePlace::none : next;
      return Place::inside;
    }
    frames_may_open_ = has_exception_frames(at_) ? most_lines_in_between : 0;
    at_ = TracePlace::none;
  }
  if (line.empty()) return Place::outside;
  const TracePlace opened = opens_trace(line);
  if (opened != TracePlace::none) return open(opened, line.size());
  if (frames_may_open_ > 0) {
    if (is_exception_frame(line)) return open(TracePlace::exception_frames, line.size());
    --frames_may_open_;
  }
  return Place::outside;
}

void StackTrace::reset() noexcept { *this = {}; }

StackTrace::Place StackTrace::open(TracePlace at, std::size_t bytes) noexcept {
  at_ = at == TracePlace::ended ? TracePlace::none : at;
  lines_ = 1;
  bytes_ = bytes + 1;
  frames_may_open_ = 0;
  return Place::first;
}

}  // namespace trace::detail
